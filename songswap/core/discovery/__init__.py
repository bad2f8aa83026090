"""Songs that fit: by how they sound, and by what people listen to together."""
