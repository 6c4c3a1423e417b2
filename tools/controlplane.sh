#!/usr/bin/env bash
# Prints the directory of a real control plane for the tests: etcd, kube-apiserver, kube-controller-manager.
# Usage: tools/controlplane.sh [--find]     Looks in KUBEBUILDER_ASSETS, then in the cache; without --find it then
# downloads the official binaries, or, where that cannot be had, builds Kubernetes from Debian's source package:
# some 5 minutes on 4 cores, 3 GB of disk meanwhile, root not needed.
# May be interrupted and run again at any time: the result appears at once and whole, the compiler's cache is kept.
set -euo pipefail
version=1.20.2 etcd=3.4.13
cache=${XDG_CACHE_HOME:-$HOME/.cache}/octavo/controlplane
dest=$cache/v$version

say() { echo "tools/controlplane.sh: $*" >&2; }
complete() { [ -x "$1/etcd" ] && [ -x "$1/kube-apiserver" ]; }

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  complete "$KUBEBUILDER_ASSETS" || { say "KUBEBUILDER_ASSETS holds no etcd and kube-apiserver"; exit 1; }
  echo "$KUBEBUILDER_ASSETS"; exit 0
fi
if complete "$dest"; then echo "$dest"; exit 0; fi
[ "${1:-}" != --find ] || { say "no control plane yet: run make controlplane, or set KUBEBUILDER_ASSETS"; exit 1; }

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock --nonblock 9 || { say "another build is at work, waiting for it"; flock 9; }
if complete "$dest"; then echo "$dest"; exit 0; fi

work=$cache/building
mkdir -p "$work"
find "$work" -mindepth 1 -maxdepth 1 ! -name gocache -exec rm -rf {} +
mkdir -p "$work"/{sources,lists/partial,archives/partial,packages,root,bin,go/src/k8s.io/kubernetes}

finish() {
  rm -rf "$dest"
  mv "$work/bin" "$dest"
  rm -rf "$work"
  echo "$dest"
}

# Sums first: they are small, and a network that does not give them gives nothing else either.
fetch() { # SECONDS URL FILE
  curl --fail --silent --location --proto =https --connect-timeout 3 --max-time "$1" --output "$3" "$2"
}
holds() { echo "$1  $2" | sha256sum --check --status; } # SUM FILE
download() {
  local arch archive kubernetes program sum
  command -v curl >/dev/null || return
  case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) return 1 ;; esac
  kubernetes=https://dl.k8s.io/release/v$version/bin/linux/$arch
  archive=etcd-v$etcd-linux-$arch.tar.gz
  mkdir "$work/download"
  cd "$work/download"
  for program in kube-apiserver kube-controller-manager; do
    fetch 5 "$kubernetes/$program.sha256" $program.sha256 || return
  done
  fetch 5 "https://github.com/etcd-io/etcd/releases/download/v$etcd/SHA256SUMS" sums || return
  for program in kube-apiserver kube-controller-manager; do
    fetch 120 "$kubernetes/$program" $program || return
    holds "$(head -c 64 $program.sha256)" $program || { say "$program: not what its checksum says"; return 1; }
    install -m 755 $program "$work/bin/"
  done
  fetch 120 "https://github.com/etcd-io/etcd/releases/download/v$etcd/$archive" "$archive" || return
  sum=$(grep -F "  $archive" sums | head -c 64)
  holds "$sum" "$archive" || { say "$archive: not what its checksum says"; return 1; }
  tar xzf "$archive" --strip-components=1 -C "$work/bin" "${archive%.tar.gz}/etcd"
}

say "looking for the official binaries"
if (download); then finish; exit 0; fi
say "not to be had from here; building"
rm -rf "$work"/{bin,download}
mkdir "$work/bin"
for tool in apt-get dpkg-deb make; do
  command -v $tool >/dev/null || { say "no $tool here: set KUBEBUILDER_ASSETS to a directory of binaries"; exit 1; }
done

say "1/4 packages"
# A private view of Debian's archive, with sources in it; the machine's own lists and packages stay as they are.
sed 's/^Types:.*/Types: deb deb-src/' /etc/apt/sources.list.d/debian.sources >"$work/sources/debian.sources" 2>/dev/null ||
  sed -n 's/^deb \(.*\)/deb \1\ndeb-src \1/p' /etc/apt/sources.list >"$work/sources/debian.list"
archive() {
  apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" \
    -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work" -o APT::Sandbox::User="$(id -un)" "$@" >&2
}
archive update
cd "$work/packages"
archive download golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev etcd-server
for package in *.deb; do dpkg-deb -x "$package" "$work/root"; done

say "2/4 source"
archive source --download-only "kubernetes"
source=$(ls kubernetes_*"$version".orig.tar.*) ||
  { say "this Debian's Kubernetes is not $version, which is what is built here: set KUBEBUILDER_ASSETS"; exit 1; }
cd "$work/go/src/k8s.io/kubernetes"
tar xf "$work/packages/$source" --strip-components=1
# The vendored reflect2 reads maps wrongly under Go 1.18 and later: the server would die on concurrent applies of
# custom resources. Debian's does not.
reflect2=vendor/github.com/modern-go/reflect2
find $reflect2 -maxdepth 1 \( -name '*.go' -o -name '*.s' \) -delete
find "$work/root/usr/share/gocode/src/github.com/modern-go/reflect2" -maxdepth 1 \
  \( -name '*.go' -o -name '*.s' \) ! -name '*_test.go' -exec cp {} $reflect2/ \;

say "3/4 generated files"
sed -i 's/rsync -pc/cp -p/' hack/lib/golang.sh # all that it is used for
export GOROOT=$work/root/usr/lib/go-1.19 GOPATH=$work/go GOCACHE=$work/gocache GOFLAGS='' CGO_ENABLED=0
export PATH=$GOROOT/bin:$PATH
make -s generated_files KUBE_GIT_VERSION=v$version >&2

say "4/4 build"
IFS=. read -r major minor _ <<<"$version"
flags='-s -w'
for package in client-go/pkg component-base; do # the vendored paths: the plain ones set nothing in GOPATH mode
  to=k8s.io/kubernetes/vendor/k8s.io/$package/version
  flags+=" -X $to.gitVersion=v$version -X $to.gitMajor=$major -X $to.gitMinor=$minor -X $to.gitTreeState=clean"
done
GO111MODULE=off go build -trimpath -o "$work/bin/" -ldflags "$flags" \
  k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager >&2
cp "$work/root/usr/bin/etcd" "$work/bin/"
finish
