# Everything that is done with this package. On Debian each target installs what it needs and does not find; it needs only
# make, and root or sudo for that. What is made goes to out/.
#
#   make tutorial    build and install the package, and run the tutorial line by line
#   make network     the same, and train a first network: vignettes/network.Rmd
#   make check       R CMD build, R CMD check --as-cran, every test
#   make core-test   the core as a plain C program, without R
#   make walkthrough add an op as CONTRIBUTING.md says, and test it
#   make lint        C and R linters, formatting, who includes what, how long files are
#   make format      lay out the C code
#   make document    NAMESPACE and man/ from the comments in R/
#   make asan        the tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   make clang       the tests on a build by clang, with OpenMP and without
#   make windows-check   the C code compiled for Windows, by MinGW
#   make coverage    the lines and branches of src/ that the tests run
#   make valgrind    a part of the tests under valgrind's memcheck
#   make clients     packages of CRAN that are written for torch, tested on the stand-in: bench/CLIENTS.md
#   make interrupts  interrupts at random and at timed moments: bench/RELIABILITY.md; FORM=short takes less than a minute
#   make fuzz        random programs, compared with PyTorch: SEED=1 PROGRAMS=20000
#   make fuzz-files  damaged files of each kind that is read: FILES=10000 SEED=1
#   make junk        every export and method called with junk: bench/RELIABILITY.md; CALLS=5 SEED=1 for fewer
#   make oom         the n-th allocation fails, in programs of every family; FORM=short for fewer
#   make gctorture   the same programs while R's collector runs at every k-th allocation; FORM=short for fewer
#   make mutate      change lines of src/ one by one, and count what the tests notice: bench/MUTATION.md; CHANGES=60 SEED=20261126
#   make bench       against PyTorch, side by side: bench/RESULTS.md
#   make ulp         the errors of functions of one float, of every 997th; ULP_STEP=1 tries all 2^32
#   make pin         measure the instruction counts that the tests hold the code to
#   make clean

export LC_ALL = C.UTF-8
CC = gcc
CORE_SOURCES = src/optim/*.c src/tensor/*.c src/kernels/*.c src/dispatch/*.c src/ops/*.c src/transforms/*/*.c
C_FILES = src/init.c src/*/*.c src/*/*.h src/*/*/*.c src/*/*/*.h tests/core/*.c

R_NEEDS = r-base-core r-base-dev libopenblas-dev r-cran-cli r-cran-coro r-cran-magrittr r-cran-r6 r-cran-rlang
TEST_NEEDS = $(R_NEEDS) r-cran-testthat r-cran-bit64 r-cran-digest r-cran-memoise valgrind
CHECK_NEEDS = $(TEST_NEEDS) r-cran-roxygen2 r-cran-knitr r-cran-rmarkdown pandoc qpdf tidy devscripts
CLIENT_NEEDS = bsdutils r-cran-knitr r-cran-data.table r-cran-dplyr r-cran-fs r-cran-generics r-cran-ggplot2 r-cran-glue r-cran-jsonlite \
  r-cran-prettyunits r-cran-progress r-cran-purrr r-cran-rsample r-cran-survival r-cran-tibble r-cran-tidyr r-cran-vdiffr

.PHONY: tutorial network check core-test walkthrough lint format document asan clang windows-check coverage valgrind clients interrupts fuzz fuzz-files junk oom gctorture mutate bench ulp pin clean

tutorial:
	@tools/need $(R_NEEDS)
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out
	cd out && R CMD build --no-build-vignettes ..
	Rscript tools/install.R out/rushlight_*.tar.gz
	Rscript tools/tutorial.R vignettes/tutorial.Rmd

network:
	@tools/need $(R_NEEDS)
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out
	cd out && R CMD build --no-build-vignettes ..
	Rscript tools/install.R out/rushlight_*.tar.gz
	Rscript tools/tutorial.R vignettes/network.Rmd

check:
	@tools/need $(CHECK_NEEDS)
	Rscript tools/document.R --check
	tools/check-r-api
	@rm -f out/*.counts
	-@$(MAKE) --no-print-directory -k core-test walkthrough
	tools/check

core-test:
	@tools/need $(R_NEEDS)
	@mkdir -p out
	$(CC) -std=gnu11 -O1 -g -fopenmp $(SANITIZE) tests/core/test_core.c $(CORE_SOURCES) -o out/test_core \
	  $$(R CMD config LAPACK_LIBS) $$(R CMD config BLAS_LIBS) $$(R CMD config FLIBS) -lm
	out/test_core | tee out/core.counts

walkthrough:
	@tools/need $(TEST_NEEDS) r-cran-roxygen2
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out
	Rscript tools/walkthrough.R > out/walkthrough.counts || { cat out/walkthrough.counts; exit 1; }
	@cat out/walkthrough.counts

lint:
	@tools/need $(R_NEEDS) clang-format cppcheck r-cran-lintr
	tools/check-lengths
	tools/check-includes
	tools/check-ops
	tools/check-dtypes
	tools/check-r-api
	clang-format --dry-run -Werror $(C_FILES)
	tools/lint-c
	Rscript tools/lint.R

format:
	@tools/need clang-format
	clang-format -i $(C_FILES)

document:
	@tools/need r-base-core r-cran-roxygen2
	Rscript tools/document.R

asan:
	@tools/need $(TEST_NEEDS) r-cran-roxygen2
	@test -f NAMESPACE || $(MAKE) document
	tools/asan

clang:
	@tools/need $(TEST_NEEDS) r-cran-roxygen2 clang libomp-dev
	@test -f NAMESPACE || $(MAKE) document
	tools/clang

windows-check:
	@tools/need $(R_NEEDS) gcc-mingw-w64-x86-64
	tools/windows-check

coverage:
	@tools/need $(TEST_NEEDS) r-cran-roxygen2 gcovr
	@test -f NAMESPACE || $(MAKE) document
	tools/coverage

valgrind:
	@tools/need $(TEST_NEEDS) r-cran-roxygen2
	@test -f NAMESPACE || $(MAKE) document
	tools/valgrind

clients:
	@tools/need $(TEST_NEEDS) $(CLIENT_NEEDS)
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out/clients/lib
	R CMD INSTALL --no-docs --no-test-load --library=out/clients/lib .
	Rscript tools/clients.R out/clients/lib $(PACKAGES)

interrupts:
	@tools/need $(R_NEEDS) r-cran-roxygen2
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out/lib
	R CMD INSTALL --no-docs --no-test-load --library=out/lib .
	R_LIBS=out/lib Rscript tools/interrupts.R $(FORM)

fuzz:
	@tools/need $(R_NEEDS) python3-torch
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out/lib
	R CMD INSTALL --no-docs --no-test-load --library=out/lib .
	R_LIBS="$(CURDIR)/out/lib" tests/testthat/table/run $(SEED) $(PROGRAMS)

fuzz-files:
	@tools/need $(R_NEEDS)
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out/lib
	R CMD INSTALL --no-docs --no-test-load --library=out/lib .
	R_LIBS=out/lib Rscript tools/fuzz-files.R $(or $(FILES),10000) $(or $(SEED),1)

junk:
	@tools/need $(R_NEEDS) r-cran-roxygen2
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out/lib
	R CMD INSTALL --no-docs --no-test-load --library=out/lib .
	R_LIBS=out/lib Rscript tools/junk.R $(or $(CALLS),50) $(or $(SEED),1)

oom:
	@tools/need $(R_NEEDS) r-cran-roxygen2
	@test -f NAMESPACE || $(MAKE) document
	tools/oom $(FORM)

gctorture:
	@tools/need $(R_NEEDS) r-cran-roxygen2
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out/lib
	R CMD INSTALL --no-docs --no-test-load --library=out/lib .
	R_LIBS=out/lib Rscript tools/gctorture.R $(FORM)

mutate:
	@tools/need $(TEST_NEEDS) r-cran-roxygen2 ccache
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out
	PATH="/usr/lib/ccache:$$PATH" Rscript tools/mutate.R $(or $(CHANGES),60) $(or $(SEED),$$(date +%Y%m%d))

bench:
	@tools/need $(R_NEEDS) python3-torch
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out/lib
	R CMD INSTALL --no-docs --no-test-load --library=out/lib .
	R_LIBS=out/lib Rscript bench/bench.R

ULP_STEP = 997
ULP_SOURCES = tools/ulp.c src/kernels/unary.c src/kernels/unary_math.c src/kernels/activation.c src/kernels/special.c \
  src/kernels/special_loops.c src/tensor/*.c
ulp:
	@tools/need gcc libc6-dev
	@mkdir -p out
	@clones=$$(test "$$(uname -m)" = x86_64 && echo -DRL_HAVE_TARGET_CLONES); \
	  $(CC) -std=gnu11 -O2 -fno-math-errno -fno-trapping-math -fopenmp $$clones $(ULP_SOURCES) -o out/ulp -lm
	out/ulp $(ULP_STEP)

pin:
	@tools/need $(TEST_NEEDS) r-cran-roxygen2
	@test -f NAMESPACE || $(MAKE) document
	@mkdir -p out/lib
	R CMD INSTALL --no-docs --no-test-load --library=out/lib .
	R_LIBS=out/lib Rscript tests/testthat/instructions.R --pin

clean:
	rm -rf out
	./cleanup
