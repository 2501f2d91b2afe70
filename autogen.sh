#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Makes configure and Makefile.in. Needs autoconf, automake and pkg-config.
set -eu
cd "$(dirname "$0")"
mkdir -p m4
exec autoreconf -fi
