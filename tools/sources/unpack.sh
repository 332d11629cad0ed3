# Sourced by tests: unpack_sources DIR copies the tree of @sources into DIR,
# under the names the files have in the repository.

unpack_sources() {
  local dir=$1 tree file path
  # The main repository is the working directory of a test; @sources is beside it.
  tree=$(echo ../*sources/tree)
  [[ -d $tree ]] || { echo "unpack_sources: @sources is not among the test's data" >&2; return 1; }
  while IFS= read -r file; do
    path=$dir/${file#"$tree"/}
    mkdir -p "${path%/*}"
    cp -L "$file" "${path%.src}"
  done < <(find -L "$tree" -type f)
}
