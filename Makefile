# Everything is installed inside the checkout: .tools (uv), .venv (Python), node_modules (Node.js).
.DEFAULT_GOAL := help
UV := .tools/bin/uv
RUN := $(UV) run --frozen --no-sync
