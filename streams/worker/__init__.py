"""The worker: one Faust agent that reads, a processor that decides, offsets acknowledged last."""
