"""The three stories of the demo, each read back from the embedded AWS and the stand-ins."""
