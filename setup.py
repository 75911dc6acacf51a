"""What pyproject.toml cannot say: of the packages, one lies in resources/ and not below src/."""

from setuptools import find_packages, setup

setup(packages=[*find_packages("src"), "certclient.resources"])
