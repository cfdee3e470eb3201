"""Who wrote it is made a pseudonym, and whose number it is is masked, before anything leaves."""
