"""What holds for the project's files: licences, requirements, documents."""
