"""What the steps know: segmentation, linear models and their weights, rule packs, gazetteers, training."""
