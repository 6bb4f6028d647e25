"""The learner's state: workspace, attempts, progress and settings, none of which may be lost."""
