"""Tencent's side of the wire, a stand-in model, and the web page that shows both."""
