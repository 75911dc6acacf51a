"""The practice bank on the network: its pages, its ports and who may see what."""
