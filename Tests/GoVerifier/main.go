// Verifies a tiled log that Fluxgate wrote, with golang.org/x/mod/sumdb/{tlog,note} only.
//
// Build it offline with Debian's golang-go and golang-golang-x-mod-dev:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o verifier main.go
//
// Run it as
//
//	verifier -log DIR -vkey VKEY [-proofs DIR] [-heads DIR]
//
// It checks the checkpoint's signature, every tile and entry bundle against the root, for each
// NAME.tlog-proof in -proofs the inclusion of the entry in NAME.entry, and for each older
// checkpoint NAME.checkpoint in -heads the consistency proof in NAME.consistency (base64 lines).
// It ends with status 1 at the first thing that is wrong.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func main() {
	dir := flag.String("log", "", "directory of the log")
	vkey := flag.String("vkey", "", "the log's verifier key")
	proofs := flag.String("proofs", "", "directory of NAME.tlog-proof and NAME.entry")
	heads := flag.String("heads", "", "directory of NAME.checkpoint and NAME.consistency")
	flag.Parse()
	verifier, err := note.NewVerifier(*vkey)
	check(err)
	tree := openCheckpoint(read(filepath.Join(*dir, "checkpoint")), verifier)
	checkTiles(*dir, tree)
	included := checkProofs(*proofs, verifier, tree)
	extended := checkHeads(*heads, verifier, tree)
	fmt.Printf("ok: %d entries, %d proofs, %d older heads\n", tree.N, included, extended)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "verifier:", err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	check(err)
	return data
}

// openCheckpoint wants origin, size and root in a note that the log signed.
func openCheckpoint(data []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(data, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		check(fmt.Errorf("not a checkpoint of %s", verifier.Name()))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

// files reads tiles at the paths of C2SP tlog-tiles: those of tlog without the height.
type files struct{ dir string }

func (f files) Height() int                         { return tileHeight }
func (f files) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(f.dir, tilePath(tile)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func tilePath(tile tlog.Tile) string {
	path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
	return strings.Replace(path, "tile/data/", "tile/entries/", 1)
}

// checkTiles reads each tile that the tree calls for and compares it with the authenticated hashes.
func checkTiles(dir string, tree tlog.Tree) {
	storage := files{dir}
	authenticated := tlog.TileHashReader(tree, storage)
	for _, tile := range tlog.NewTiles(tileHeight, 0, tree.N) {
		last := tree.N >> uint(tileHeight*tile.L) & (1<<tileHeight - 1)
		if tile.W < 1<<tileHeight && int64(tile.W) != last {
			continue // NewTiles lists the partial tiles of smaller sizes too.
		}
		want, err := tlog.ReadTileData(tile, authenticated)
		check(err)
		if !bytes.Equal(want, read(filepath.Join(dir, tilePath(tile)))) {
			check(fmt.Errorf("%s differs", tilePath(tile)))
		}
		if tile.L == 0 {
			checkBundle(dir, tile, want)
		}
	}
	if tree.N == 0 && tree.Hash != sha256.Sum256(nil) {
		check(fmt.Errorf("wrong root of the empty tree"))
	}
}

func checkBundle(dir string, tile tlog.Tile, hashes []byte) {
	path := tilePath(tlog.Tile{H: tileHeight, L: -1, N: tile.N, W: tile.W})
	rest := read(filepath.Join(dir, path))
	for i := 0; i < tile.W; i++ {
		if len(rest) < 2 || len(rest) < 2+int(rest[0])<<8+int(rest[1]) {
			check(fmt.Errorf("%s is cut short", path))
		}
		end := 2 + int(rest[0])<<8 + int(rest[1])
		leaf := tlog.RecordHash(rest[2:end])
		if !bytes.Equal(leaf[:], hashes[i*tlog.HashSize:(i+1)*tlog.HashSize]) {
			check(fmt.Errorf("%s: entry %d is not the one hashed", path, i))
		}
		rest = rest[end:]
	}
	if len(rest) != 0 {
		check(fmt.Errorf("%s has bytes after its entries", path))
	}
}

func checkProofs(dir string, verifier note.Verifier, tree tlog.Tree) int {
	paths := matching(dir, "*.tlog-proof")
	for _, path := range paths {
		index, hashes, signed := parseProof(string(read(path)))
		head := openCheckpoint([]byte(signed), verifier)
		entry := read(strings.TrimSuffix(path, ".tlog-proof") + ".entry")
		check(tlog.CheckRecord(hashes, head.N, head.Hash, index, tlog.RecordHash(entry)))
		if head.N == tree.N && head.Hash != tree.Hash {
			check(fmt.Errorf("%s: another root at size %d", path, head.N))
		}
	}
	return len(paths)
}

func parseProof(text string) (int64, tlog.RecordProof, string) {
	parts := strings.SplitN(text, "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		check(fmt.Errorf("not a proof file"))
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	check(err)
	return index, parseHashes(lines[1:]), parts[1]
}

func parseHashes(lines []string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, line := range lines {
		data, err := base64.StdEncoding.Strict().DecodeString(line)
		check(err)
		if len(data) != tlog.HashSize {
			check(fmt.Errorf("a hash of %d bytes", len(data)))
		}
		var hash tlog.Hash
		copy(hash[:], data)
		hashes = append(hashes, hash)
	}
	return hashes
}

func checkHeads(dir string, verifier note.Verifier, tree tlog.Tree) int {
	paths := matching(dir, "*.checkpoint")
	for _, path := range paths {
		old := openCheckpoint(read(path), verifier)
		text := string(read(strings.TrimSuffix(path, ".checkpoint") + ".consistency"))
		proof := parseHashes(strings.Fields(text))
		if old.N == 0 {
			continue
		}
		check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
	}
	return len(paths)
}

func matching(dir, pattern string) []string {
	if dir == "" {
		return nil
	}
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	check(err)
	return paths
}
