"""YAML files as validated models: params, profiles, accepted names."""
