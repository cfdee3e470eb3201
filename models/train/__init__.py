"""Rebuild the models from the data files. Fitting needs scikit-learn, which serving and measuring do not."""
