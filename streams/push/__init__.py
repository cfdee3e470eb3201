"""What others bring: messages that programs send, and what a clerk writes down. Through the door like all else."""
