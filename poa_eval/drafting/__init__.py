"""An unknown document becomes a commented draft of a layout."""
