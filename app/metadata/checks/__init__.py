"""Other people's validators, and our own where there are none, run on descriptions as they are served."""
