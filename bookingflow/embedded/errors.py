class EmbeddedProblem(Exception):
    """What keeps the embedded services or `up` from running: one sentence for the person at the terminal."""
