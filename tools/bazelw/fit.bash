# shellcheck shell=bash
# shellcheck disable=SC2154 # the variables are those of ./provision
#
# Making what was unpacked usable: the functions of ./provision that turn a tree
# made for / into one that runs from $prefix, and add to it what Debian does not have.

# fit makes what was built for an installed Debian run from $prefix: the
# programs get the C library next to them instead of the machine's, which may be older, and
# absolute paths are pointed into $prefix. All of it names $prefix, not $tree.
fit() {
  say "4/5 fitting what was unpacked to its place"
  run relink || die "pointing links into $prefix failed: $(complaint)"
  run patch_programs || die "patchelf failed: $(complaint)"

  local into=${prefix//[&|\\]/\\&} # for the right side of sed's s
  local classpath=$tree/usr/share/bazel/bazel_classpath_debian_depends.txt jar
  sed -i "s|^/|$into/|" "$classpath"
  # Other jars ask for these in their manifests, by absolute paths that do not exist
  # here. Without them the server starts and answers nobody.
  for jar in perfmark-api perfmark-impl perfmark-java9; do
    printf '%s\n' "$prefix/usr/share/java/$jar.jar" >>"$classpath"
  done
  # Debian's jar lacks the file that holds the version: "bazel version" would fail, and
  # native.bazel_version be empty, which rule sets take for the newest Bazel.
  mkdir "$tree/version"
  printf 'build.label=%s\n' "$(<"$tree/usr/share/bazel/build-label.txt")" >"$tree/version/build-data.properties"
  printf '%s\n' "$prefix/version" >>"$classpath"
  certificates
  launcher
  # The server looks for its native libraries there.
  ln -sf ../../lib/"$triplet"/libzstd-jni.so "$tree/usr/share/bazel/libzstd-jni.so"
  # bazel_lib's toolchains, as Debian packages them, are programs in /usr.
  find "$tree/usr/share/bazel/tools" -name '*_toolchain.bzl' -exec sed -i "s|\"/usr/|\"$into/usr/|" {} +
}

relink() {
  local link target
  find "$tree" -type l -lname '/*' -printf '%p\0%l\0' | while IFS= read -r -d '' link && IFS= read -r -d '' target; do
    # Some lead to files that packages make when installed: the machine may have them.
    [[ ! -e $tree$target ]] || ln -sfn "$prefix$target" "$link" || exit
  done
}

patch_programs() {
  local libraries=$prefix/usr/lib/$triplet java=$prefix/$jre/lib
  local patchelf=("$tree/$loader" --library-path "$tree/usr/lib/$triplet" "$tree/usr/bin/patchelf")
  "${patchelf[@]}" --set-interpreter "$prefix/$loader" --force-rpath --set-rpath "$libraries" \
    "$tree"/usr/bin/{bazel,protoc} "$tree"/usr/libexec/*/bazel/* &&
    "${patchelf[@]}" --set-interpreter "$prefix/$loader" --force-rpath --set-rpath "$java:$java/server:$libraries" \
    "$tree/$jre/bin/java" "$tree/$jre/lib/jspawnhelper" &&
    "${patchelf[@]}" --force-rpath --set-rpath "$java:$java/server:$libraries" \
    "$tree/$jre"/lib/*.so "$tree/$jre"/lib/server/*.so
}

# certificates gives the server the authorities that this machine trusts, in a
# file of Java's own kind: like the JDK's, without a password and a checksum.
certificates() {
  local machine=/etc/ssl/certs/ca-certificates.crt store=$tree/$jre/lib/security/cacerts
  [[ -r $machine ]] || return 0
  rm -f "$store"
  run "$tree/$loader" --library-path "$tree/usr/lib/$triplet" "$tree/usr/bin/openssl" \
    pkcs12 -export -nokeys -jdktrust anyExtendedKeyUsage -certpbe NONE -nomac -passout pass: \
    -in "$machine" -out "$store" || die "reading $machine failed: $(complaint)"
  chmod 644 "$store"
}

# modules copies the rule sets that come as Go modules.
modules() {
  local name module version sum module_file=$tree/go/rules_go/MODULE.bazel
  say "5/5 fetching rules_go and Gazelle, which are Go modules"
  while read -r name module version sum; do
    [[ $name != "#"* && -n $name ]] || continue
    run go_module "$name" "$module@$version" "$sum" ||
      die "the Go module $module@$version could not be fetched ($(complaint)): check the network and GOPROXY"
  done <"$here/modules"
  # Module archives have no run bits, and no go.sum for a module without dependencies.
  find "$tree/go" \( -name '*.sh' -o -name '*.bash' \) -exec chmod +x {} +
  : >"$tree/go/gazelle/v2/go.sum"
  # rules_go declares a Go SDK to download, and would ask for the list of releases at
  # every start, though the SDK here is always the machine's.
  sed -i -e '/^go_sdk\.from_file($/,/^)$/d' -e '/^    "go_default_sdk",$/d' "$module_file"
  ! grep -q go_default_sdk "$module_file" ||
    die "rules_go declares its default Go SDK in a new way: tools/bazelw/fit.bash has to learn it"
  say "    $(megabytes "$(size "$tree/go")")"
}

# go_module fetches one module into the machine's module cache, verified as the
# machine's Go is configured to, compares it with the pinned hash, and copies it.
go_module() {
  local name=$1 module=$2 pinned=$3 json dir sum
  json=$(cd "$work" && GO111MODULE=on GOWORK=off "$go" mod download -json "$module") || {
    sed -n 's/.*"Error": "\(.*\)".*/E: \1/p' <<<"$json"
    return 1
  }
  dir=$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' <<<"$json")
  sum=$(sed -n 's/.*"Sum": "\(.*\)".*/\1/p' <<<"$json")
  if [[ $sum != "$pinned" ]]; then
    printf 'E: its hash is %s and %s is expected\n' "$sum" "$pinned"
    return 1
  fi
  mkdir -p "$tree/go/$name"
  cp -R --no-preserve=mode,ownership "$dir/." "$tree/go/$name"
}

# rc writes the flags that hold paths of this machine. Replacing a module that
# the build does not depend on is an error, so the modules that only some builds
# need have configs of their own: when MODULE.bazel comes to need bazel_lib, the
# workspace's bazelrc says "common:debian --config=debian_bazel_lib".
rc() {
  local module name config
  {
    printf '# Written by bazelw, for this machine.\n'
    for module in "$tree"/usr/share/bazel/{rules,tools}/*/MODULE.bazel "$tree"/go/{rules_go,gazelle}/MODULE.bazel; do
      name=$(sed -n '/^module(/,/)/s/^ *name = "\(.*\)".*/\1/p' "$module")
      module=${module%/MODULE.bazel}
      case $name in
        aspect_bazel_lib | bazel_lib | rules_pkg | stardoc) config=debian_$name ;;
        *) config=debian ;;
      esac
      printf 'common:%s "--override_module=%s=%s"\n' "$config" "$name" "$prefix${module#"$tree"}"
    done
    # Where repository rules find protoc and the well-known types.
    printf 'common:debian "--repo_env=WEAVE_DEBIAN_PREFIX=%s"\n' "$prefix"
    # Actions see an empty /tmp unless told otherwise, and would miss what is there.
    [[ $prefix != /tmp/* ]] || printf 'common:debian --noincompatible_sandbox_hermetic_tmp\n'
    printf 'common --config=debian\n'
  } >"$tree/bazelrc"
  {
    printf '# Written by bazelw, for this machine while it has no C compiler.\n'
    printf 'import "%s/bazelrc"\n' "$prefix"
    printf 'common:debian --repo_env=BAZEL_DO_NOT_DETECT_CPP_TOOLCHAIN=1\n'
  } >"$tree/bazelrc.no_cc"
}

# launcher takes the Windows launcher out of shell targets. Debian's Bazel would
# compile it, and so wants a C++ toolchain even to look at one, on any machine.
launcher() {
  local build=$tree/usr/share/bazel/embedded_tools/tools/launcher/BUILD
  grep -q '^ *"//src/tools/launcher:launcher",$' "$build" ||
    die "Bazel declares its Windows launcher in a new way: tools/bazelw/fit.bash has to learn it"
  sed -i '/^ *"\/\/src\/tools\/launcher:launcher\(_maker\)\?",$/d' "$build"
}
