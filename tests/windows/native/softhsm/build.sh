#!/bin/sh
# Compiles SoftHSM's library without its data base, tests and programs. /keep/work holds the source
# and its packaging, /keep the OpenSSL DLL ($1) to link with, and gets the result.
set -eu
compiler=x86_64-w64-mingw32-g++-win32
work=/tmp/softhsm
cp -r /keep/work "$work"
cd "$work"/source/*
patches=$work/packaging/debian/patches
while read -r name; do
    patch --quiet --strip=1 --input="$patches/$name"
done < "$patches/series"

# OpenSSL's headers are those of Linux but for the size of a long.
mkdir -p "$work/include" "$work/objects"
cp -r /usr/include/openssl /usr/include/x86_64-linux-gnu/openssl "$work/include"
sed -i 's/SIXTY_FOUR_BIT_LONG/SIXTY_FOUR_BIT/; s/undef SIXTY_FOUR_BIT$/define SIXTY_FOUR_BIT/' \
    "$work/include/openssl/configuration.h"
cp /recipe/config.h "$work/include"

cd src/lib
flags="-O0 -w -DHAVE_CONFIG_H -D_WIN32_WINNT=0x0601 -I$work/include"
for folder in . common crypto data_mgr handle_mgr object_store pkcs11 session_mgr slot_mgr win32; do
    flags="$flags -I$folder"
done
find * -name '*.cpp' ! -path 'test/*' ! -path '*/test/*' ! -name 'Botan*' ! -path 'object_store/DB*' |
    xargs -P "$(nproc)" -I '{}' sh -c \
        "$compiler $flags -c {} -o $work/objects/\$(echo {} | tr / _).o"
$compiler -shared -s -static -o /keep/softhsm2.dll "$work"/objects/*.o "/keep/$1"
