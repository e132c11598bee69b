# AnSinh. Needs only git, make, python3 (3.11 or later, with venv) and the Python and npm package registries.
.DELETE_ON_ERROR:
.PHONY: help setup demo test check bench clean test-long

export UV_PYTHON_DOWNLOADS := never
UV := .tools/uv/bin/uv
PYTHON := .venv/bin/python

help:
	@echo "make setup  chuẩn bị môi trường từ tệp khoá (uv, npm)"
	@echo "make demo   chạy trọn một tháng của một tỉnh giả lập rồi mở trang web"
	@echo "make test   toàn bộ kiểm thử        make check  cổng nhanh (dưới 60 giây)"
	@echo "make bench  đo một tháng 200.000 người"

setup: .tools/ready

# One file says that everything below is in place for these lock files.
.tools/ready: uv.lock package-lock.json pyproject.toml ansinh/web/assets.py
	@test -x $(UV) || (python3 -m venv .tools/uv && .tools/uv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9)
	@$(UV) sync --frozen --quiet --all-extras --python "$$(command -v python3)"
	@$(PYTHON) -m ansinh.web.assets
	@touch .tools/ready

demo: setup
	@.venv/bin/ansinh demo

test: setup
	@$(PYTHON) -m pytest -n 2 --dist loadfile tests

test-long: setup
	@$(PYTHON) -m pytest tests/bench -m bench

check: setup
	@.venv/bin/ruff check .
	@.venv/bin/lint-imports --no-cache
	@$(PYTHON) -m pytest -n 2 --dist loadfile tests/unit tests/spec tests/architecture tests/standards

bench: setup
	@.venv/bin/ansinh bench month --people 200000 --json

clean:
	rm -rf .venv .tools node_modules static_root ansinh/web/static_build .ansinh
