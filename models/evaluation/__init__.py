"""How well a model does on labelled texts: figures with intervals, calibration, plots; no model and no file is read."""
