# Thin: installs what is missing, then Meson. `make help` lists the targets.

BUILD ?= build
PREFIX ?= /usr/local
MESON_FLAGS ?=
JOBS ?= $(shell nproc)

.PHONY: help build demo test test-vm test-frameworks install bench wheel clean

help:
	@echo "make build     build/gramme, ready to use from there"
	@echo "make demo      track a real training and show what it used"
	@echo "make test      everything that can be tested here"
	@echo "make test-frameworks  the Python callbacks against every framework (gigabytes of PyPI)"
	@echo "make wheel     a wheel for any Linux of the last ten years"
	@echo "make bench     what gramme itself costs, beside a reference"
	@echo "make install   to PREFIX (/usr/local), below DESTDIR"
	@echo "make clean     remove the build folders"

build:
	@tools/setup build
	@tools/web-modules
	@tools/configure $(BUILD) --buildtype=release -Dtests=false -Dbench=false \
		--prefix=$(PREFIX) $(MESON_FLAGS)
	@ninja -C $(BUILD) -j$(JOBS) --quiet
	@echo "built: $(BUILD)/gramme"

demo:
	@tools/setup demo
	@$(MAKE) --no-print-directory build
	@examples/demo $(BUILD)/gramme

test:
	@tools/setup test
	@tools/web-modules --dev
	@tools/run-tests

test-vm:
	@tools/setup vm
	@tests/vm/run

test-frameworks: build
	@tools/setup demo
	@GRAMME=$(abspath $(BUILD)/gramme) tools/test-frameworks

wheel:
	@tools/setup wheel
	@tools/web-modules
	@packaging/wheel/build

install: build
	@DESTDIR="$(DESTDIR)" meson install -C $(BUILD) --no-rebuild

bench:
	@tools/setup bench
	@tools/configure $(BUILD)-bench --buildtype=release $(MESON_FLAGS)
	@ninja -C $(BUILD)-bench -j$(JOBS) --quiet
	@bench/run $(BUILD)-bench

clean:
	rm -rf $(BUILD) $(BUILD)-*
