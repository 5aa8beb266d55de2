"""The parts of models/build.py: pins and fetching (standard library only) and one conversion per model family."""
