"""Everything WeChat: one file per channel, found by name; the wire they share is in `_wire`."""
