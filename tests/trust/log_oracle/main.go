// A second opinion on notes and Merkle trees: golang.org/x/mod/sumdb, which is nobody's of this project.
// One JSON question a line on standard input, one JSON answer a line on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Ask     string
	Note    []byte
	Key     string
	Entries [][]byte
	Hashes  [][]byte
	Entry   []byte
	Root    []byte
	OldRoot []byte
	Size    int64
	Old     int64
	Index   int64
	Name    string
	Skey    string
	Text    string
}

type answer struct {
	Ok     bool
	Error  string
	Text   string
	Hash   []byte
	Hashes [][]byte
	Note   []byte
}

func hash(data []byte) (h tlog.Hash) {
	copy(h[:], data)
	return h
}

func proof(hashes [][]byte) []tlog.Hash {
	var found []tlog.Hash
	for _, data := range hashes {
		found = append(found, hash(data))
	}
	return found
}

func bytesOf(hashes []tlog.Hash) [][]byte {
	found := [][]byte{}
	for i := range hashes {
		found = append(found, append([]byte(nil), hashes[i][:]...))
	}
	return found
}

func tree(entries [][]byte) (tlog.HashReaderFunc, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for n, entry := range entries {
		added, err := tlog.StoredHashes(int64(n), entry, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, added...)
	}
	return reader, nil
}

func reply(q question) (a answer, err error) {
	switch q.Ask {
	case "open":
		verifier, err := note.NewVerifier(q.Key)
		if err != nil {
			return a, err
		}
		opened, err := note.Open(q.Note, note.VerifierList(verifier))
		if err != nil {
			return a, err
		}
		a.Text = opened.Text
	case "sign":
		signer, err := note.NewSigner(q.Skey)
		if err != nil {
			return a, err
		}
		a.Note, err = note.Sign(&note.Note{Text: q.Text}, signer)
		return a, err
	case "root":
		reader, err := tree(q.Entries)
		if err != nil {
			return a, err
		}
		root, err := tlog.TreeHash(int64(len(q.Entries)), reader)
		a.Hash = root[:]
		return a, err
	case "prove-inclusion":
		reader, err := tree(q.Entries)
		if err != nil {
			return a, err
		}
		found, err := tlog.ProveRecord(int64(len(q.Entries)), q.Index, reader)
		a.Hashes = bytesOf(found)
		return a, err
	case "prove-growth":
		reader, err := tree(q.Entries)
		if err != nil {
			return a, err
		}
		found, err := tlog.ProveTree(int64(len(q.Entries)), q.Old, reader)
		a.Hashes = bytesOf(found)
		return a, err
	case "check-inclusion":
		return a, tlog.CheckRecord(proof(q.Hashes), q.Size, hash(q.Root), q.Index, tlog.RecordHash(q.Entry))
	case "check-growth":
		return a, tlog.CheckTree(proof(q.Hashes), q.Size, hash(q.Root), q.Old, hash(q.OldRoot))
	default:
		return a, fmt.Errorf("unknown question %q", q.Ask)
	}
	return a, nil
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var q question
		a, err := answer{}, json.Unmarshal(lines.Bytes(), &q)
		if err == nil {
			a, err = reply(q)
		}
		a.Ok = err == nil
		if err != nil {
			a.Error = err.Error()
		}
		line, _ := json.Marshal(a)
		fmt.Println(string(line))
	}
}
