"""The synthetic world that spark is trained on: scenes, their pixels, their captions, their scores."""
