// Verifies a tiled log that Fluxgate wrote, with golang.org/x/mod/sumdb/{tlog,note} only.
//
// Build it offline with Debian's golang-go and golang-golang-x-mod-dev:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o verifier main.go
//
// Run it as
//
//	verifier -log DIR -vkey VKEY [-witness VKEY] [-proofs DIR] [-heads DIR]
//
// It checks the checkpoint's signature, with -witness a cosignature beside it, every tile and entry bundle against the root, for each
// NAME.tlog-proof in -proofs the inclusion of the entry in NAME.entry, and for each older
// checkpoint NAME.checkpoint in -heads the consistency proof in NAME.consistency (base64 lines).
// It ends with status 1 at the first thing that is wrong.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
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
	witness := flag.String("witness", "", "verifier key of a witness that must have cosigned")
	proofs := flag.String("proofs", "", "directory of NAME.tlog-proof and NAME.entry")
	heads := flag.String("heads", "", "directory of NAME.checkpoint and NAME.consistency")
	flag.Parse()
	verifier, err := note.NewVerifier(*vkey)
	check(err)
	signers := []note.Verifier{verifier}
	if *witness != "" {
		signers = append(signers, newCosigner(*witness))
	}
	tree := openCheckpoint(read(filepath.Join(*dir, "checkpoint")), signers)
	checkTiles(*dir, tree)
	included := checkProofs(*proofs, signers, tree)
	extended := checkHeads(*heads, signers, tree)
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

// cosigner verifies C2SP cosignature/v1 lines: 8 bytes of seconds and an Ed25519 signature.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		check(fmt.Errorf("no verifier key: %s", vkey))
	}
	typed, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	check(err)
	digest := sha256.Sum256(append([]byte(parts[0]+"\n"), typed...))
	id := binary.BigEndian.Uint32(digest[:])
	if len(typed) != 33 || typed[0] != 4 || fmt.Sprintf("%08x", id) != parts[1] {
		check(fmt.Errorf("not a witness's key: %s", vkey))
	}
	return cosigner{parts[0], id, typed[1:]}
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

// openCheckpoint wants origin, size and root in a note that the log, the first of the signers, and
// all others have signed.
func openCheckpoint(data []byte, signers []note.Verifier) tlog.Tree {
	opened, err := note.Open(data, note.VerifierList(signers...))
	check(err)
	if len(opened.Sigs) != len(signers) {
		check(fmt.Errorf("%d of %d have signed", len(opened.Sigs), len(signers)))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != signers[0].Name() {
		check(fmt.Errorf("not a checkpoint of %s", signers[0].Name()))
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

// checkTiles rebuilds the tree from the entry bundles, and compares its root with the checkpoint's
// and each tile that the checkpoint calls for with the rebuilt one.
//
// tlog.TileHashReader alone would not do: as of x/mod 0.7.0, where two subtrees of the right edge
// share a tile, it leaves as many of the tiles it read next unauthenticated. It is asked as well,
// since it is what other readers use.
func checkTiles(dir string, tree tlog.Tree) {
	rebuilt := rebuild(dir, tree.N)
	if root := rebuilt.root(tree.N); root != tree.Hash {
		check(fmt.Errorf("the entries have another root than the checkpoint"))
	}
	reader := tlog.TileHashReader(tree, files{dir})
	for _, tile := range tlog.NewTiles(tileHeight, 0, tree.N) {
		last := tree.N >> uint(tileHeight*tile.L) & (1<<tileHeight - 1)
		if tile.W < 1<<tileHeight && int64(tile.W) != last {
			continue // NewTiles lists the partial tiles of smaller sizes too.
		}
		want, err := tlog.ReadTileData(tile, rebuilt)
		check(err)
		got, err := tlog.ReadTileData(tile, reader)
		check(err)
		if !bytes.Equal(want, read(filepath.Join(dir, tilePath(tile)))) || !bytes.Equal(want, got) {
			check(fmt.Errorf("%s differs", tilePath(tile)))
		}
	}
}

// stored is every hash of a tree, in the order of tlog.StoredHashIndex.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		hashes = append(hashes, s[index])
	}
	return hashes, nil
}

func (s stored) root(size int64) tlog.Hash {
	if size == 0 {
		return sha256.Sum256(nil)
	}
	root, err := tlog.TreeHash(size, s)
	check(err)
	return root
}

func rebuild(dir string, size int64) stored {
	var hashes stored
	for first := int64(0); first < size; first += 1 << tileHeight {
		width := size - first
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		tile := tlog.Tile{H: tileHeight, L: -1, N: first >> tileHeight, W: int(width)}
		for i, entry := range entries(dir, tile) {
			more, err := tlog.StoredHashes(first+int64(i), entry, hashes)
			check(err)
			hashes = append(hashes, more...)
		}
	}
	return hashes
}

// entries splits an entry bundle: each entry stands behind its length, 16 bits big-endian.
func entries(dir string, tile tlog.Tile) [][]byte {
	path := tilePath(tile)
	rest := read(filepath.Join(dir, path))
	var all [][]byte
	for len(rest) > 0 {
		if len(rest) < 2 || len(rest) < 2+int(rest[0])<<8+int(rest[1]) {
			check(fmt.Errorf("%s is cut short", path))
		}
		end := 2 + int(rest[0])<<8 + int(rest[1])
		all = append(all, rest[2:end])
		rest = rest[end:]
	}
	if len(all) != tile.W {
		check(fmt.Errorf("%s holds %d entries", path, len(all)))
	}
	return all
}

func checkProofs(dir string, signers []note.Verifier, tree tlog.Tree) int {
	paths := matching(dir, "*.tlog-proof")
	for _, path := range paths {
		index, hashes, signed := parseProof(string(read(path)))
		head := openCheckpoint([]byte(signed), signers)
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

func checkHeads(dir string, signers []note.Verifier, tree tlog.Tree) int {
	paths := matching(dir, "*.checkpoint")
	for _, path := range paths {
		old := openCheckpoint(read(path), signers)
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
