"""The graphical front end. Qt is imported in this package only."""
