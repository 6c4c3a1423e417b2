"""What schemas cannot say of composed pods and of what Notebooks choose; problems are returned."""
