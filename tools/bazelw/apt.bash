# shellcheck shell=bash
# shellcheck disable=SC2154 # the variables are those of ./provision
#
# Getting Debian's packages: the functions of ./provision that speak to apt. They
# read the suite with a private state, and leave that of the machine alone.

# apt_state makes the private state in which apt reads the suite. The machine's
# configuration stays in force (proxies, certificates, retries, checks of dates)
# except for where things are, what is installed, and hooks that act on the machine.
apt_state() {
  mkdir -p "$work"/apt/{lists/partial,archives/partial}
  : >"$work/apt/status"
  cat >"$work/apt/conf" <<EOF
Dir::State "$work/apt";
Dir::State::Lists "$work/apt/lists";
Dir::State::status "$work/apt/status";
Dir::State::extended_states "$work/apt/extended_states";
Dir::Cache "$work/apt";
Dir::Cache::Archives "$work/apt/archives";
Dir::Cache::pkgcache "$work/apt/pkgcache.bin";
Dir::Cache::srcpkgcache "";
Dir::Log "$work/apt";
Dir::Etc::SourceList "$work/apt/suite.sources";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
APT::Architecture "$arch";
#clear APT::Architectures;
APT::Architectures { "$arch"; };
APT::Default-Release "";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Get::AllowUnauthenticated "false";
APT::Sandbox::User "root"; // the other user cannot look into a home folder
APT::Update::Error-Mode "any";
quiet "1"; // the sizes are read from what it says
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF
}

apt() {
  local tool=$1
  shift
  "$tool" --config-file "$work/apt/conf" "$@"
}

# mirrors prints the addresses, best first, that apt on this machine reads the main
# component of a Debian suite from. apt itself reads its sources, in every
# format they come in. Third-party archives may be among them; the
# signature tells.
mirrors() {
  local codename='' uris
  if [[ -n ${BAZELW_MIRROR:-} ]]; then
    printf '%s\n' "${BAZELW_MIRROR%/}"
    return
  fi
  if [[ -r /etc/os-release ]]; then
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && [[ ${ID:-} != debian ]] || printf '%s' "${VERSION_CODENAME:-}")
  fi
  mkdir -p "$work/host/lists/partial"
  uris=$(apt-get -o Dir::State::Lists="$work/host/lists" update --print-uris 2>>"$log") || return 0
  awk -F"'" -v codename="$codename" '
    BEGIN {
      n = split(codename " stable oldstable testing unstable sid forky trixie bookworm", names, " ")
      for (i = 1; i <= n; i++) suites[names[i]] = 1
    }
    match($2, "/dists/[^/]+/main/binary-") {
      uri = substr($2, 1, RSTART - 1)
      split(substr($2, RSTART + 7), rest, "/")
      if (!(rest[1] in suites) || uri ~ /^cdrom:/ || seen[uri]++) next
      if (uri ~ /debian$/) print uri; else others = others uri "\n"
    }
    END { printf "%s", others }' <<<"$uris"
}

# lists fetches and verifies the package lists of the suite, from the first
# mirror that has it.
lists() {
  local mirror shown addresses reason='' bytes
  mapfile -t addresses < <(mirrors)
  ((${#addresses[@]})) ||
    die "apt's sources on this machine name no Debian archive: set BAZELW_MIRROR to a Debian mirror"
  for mirror in "${addresses[@]}"; do
    shown=$(sed 's|://[^/]*@|://|' <<<"$mirror") # without a password
    say "1/5 reading the package lists of Debian $suite from $shown"
    printf '%s\n' "Types: deb" "URIs: $mirror" "Suites: $suite" "Components: main" \
      "Architectures: $arch" "Signed-By: $keyring" >"$work/apt/suite.sources"
    : >"$log"
    if run apt apt-get update; then
      bytes=$(awk '/^Get:/ { s = $0; sub(/.*\[/, "", s); sub(/\].*/, "", s); split(s, f, " ");
        sum += f[1] * (f[2] == "MB" ? 1e6 : f[2] == "kB" ? 1e3 : 1) } END { print int(sum) }' "$log")
      say "    $(megabytes "$bytes"), signature verified"
      return
    fi
    reason=$(why_not "$shown")
    ((${#addresses[@]} == 1)) || say "    $reason"
  done
  die "$reason"
}

# why_not puts the reason why apt could not read a mirror into one line.
why_not() {
  local mirror=$1
  if grep -qE 'NO_PUBKEY|EXPKEYSIG|REVKEYSIG|BADSIG|not signed|GPG error' "$log"; then
    printf '%s' "Debian's keys do not vouch for suite $suite at $mirror: update debian-archive-keyring, or set BAZELW_MIRROR to another mirror"
  elif grep -qE 'expired|not valid yet' "$log"; then
    printf '%s' "the lists of suite $suite at $mirror are out of date: check the clock, or set BAZELW_MIRROR to another mirror"
  elif grep -qE '404 |does not have a Release file|File not found' "$log"; then
    printf '%s' "$mirror has no suite $suite: set BAZELW_MIRROR to a Debian mirror that has"
  elif grep -qE 'No space left|Disk quota' "$log"; then
    printf '%s' "the disk of $root is full: make room, or set XDG_CACHE_HOME to another disk"
  else
    printf '%s' "cannot reach the Debian mirror $mirror ($(complaint)): check the network and apt's proxy, or set BAZELW_MIRROR"
  fi
}

# complaint prints what the last command complained about: its first error in
# plain words, or else its last line.
complaint() {
  { grep -m1 -E '^E: |^W: |[Ee]rror: ' "$log" || tail -n 1 "$log"; } 2>/dev/null |
    sed -E 's/^[EW]: //; s/^Failed to fetch [^ ]+ +//'
}

# choose sets version, and writes the names of the packages to fetch.
choose() {
  local pattern wanted bytes count
  version=$(apt apt-cache show --no-all-versions bazel-bootstrap 2>/dev/null | sed -n 's/^Version: //p')
  [[ -n $version ]] || die "Debian $suite has no bazel-bootstrap for $arch: set BAZELW_SUITE to a suite that has, or BAZEL to a Bazel 7"
  [[ $version == 7.* ]] || die "Debian $suite has Bazel $version and this repository needs 7.x: set BAZELW_SUITE to a suite that has it, or BAZEL to a Bazel 7"
  mapfile -t wanted < <(sed -n 's/^+ //p' "$here/packages")
  pattern=$(sed -n 's/^- //p' "$here/packages" | paste -sd'|')
  apt apt-get install --print-uris --yes "${wanted[@]}" >"$work/uris" 2>"$log" ||
    die "Debian $suite does not have all packages that Bazel needs: $(complaint)"
  # A line is 'URI' FILE SIZE HASH, and FILE is NAME_VERSION_ARCHITECTURE.deb.
  awk -v omit="^($pattern)\$" '/^\047/ { name = $2; sub(/_.*/, "", name); if (name !~ omit) print name, $3 }' \
    "$work/uris" >"$work/packages"
  read -r count bytes < <(awk '{ sum += $2 } END { print NR, sum }' "$work/packages")
  say "2/5 downloading Bazel $version, $count packages, $(megabytes "$bytes")"
}

# download fetches the packages; apt verifies each against the signed lists.
download() {
  local count
  mkdir "$work/debs"
  # Four at a time: a distant mirror is slow for each connection, not for all.
  count=$(($(wc -l <"$work/packages") / 4 + 1))
  cut -d' ' -f1 "$work/packages" >"$work/names"
  run fetch_all "$count" || die "the download from the Debian mirror failed ($(complaint)): try again, or set BAZELW_MIRROR"
}

fetch_all() {
  cd "$work/debs" &&
    xargs -P 4 -n "$1" apt-get --config-file "$work/apt/conf" --quiet=2 download <"$work/names"
}

# unpack lays the packages out in the tree, each archive gone once it is unpacked.
unpack() {
  say "3/5 unpacking $(wc -l <"$work/packages") packages"
  run unpack_all || die "unpacking into $work failed ($(complaint)): check the space on that disk"
  # Nobody reads manuals here.
  rm -rf "$tree"/usr/share/{doc,doc-base,man,locale,lintian,maven-repo,bash-completion,fish,zsh}
  jre=$(cd "$tree" && find usr/lib/jvm -mindepth 1 -maxdepth 1 -type d -print -quit 2>/dev/null) || true
  [[ -n $jre ]] || die "there is no Java runtime among the packages of Debian $suite"
  ln -s "$jre" "$tree/jre"
  say "    $(megabytes "$(size "$tree")")"
}

unpack_all() {
  # shellcheck disable=SC2016 # the inner shell expands
  find "$work/debs" -name '*.deb' -print0 |
    xargs -0 -P "$(nproc)" -n 1 sh -c 'dpkg-deb --extract "$1" "$0" && rm "$1"' "$tree"
}
