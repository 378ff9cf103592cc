package warc

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
)

// checkDigest compares b with a WARC-Block-Digest, "algorithm:value" with the
// value in base32 or hexadecimal. known is false for what cannot be checked.
func checkDigest(digest, b []byte) (known, equal bool) {
	algorithm, value, ok := bytes.Cut(digest, []byte(":"))
	if !ok {
		return false, false
	}
	var sum []byte
	switch string(bytes.ToLower(algorithm)) {
	case "sha1", "sha-1":
		d := sha1.Sum(b)
		sum = d[:]
	case "sha256", "sha-256":
		d := sha256.Sum256(b)
		sum = d[:]
	case "md5":
		d := md5.Sum(b)
		sum = d[:]
	default:
		return false, false
	}
	value = bytes.TrimRight(bytes.TrimSpace(value), "=")
	switch len(value) {
	case hex.EncodedLen(len(sum)):
		return true, bytes.EqualFold(value, []byte(hex.EncodeToString(sum)))
	case base32.StdEncoding.WithPadding(base32.NoPadding).EncodedLen(len(sum)):
		want := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum)
		return true, bytes.EqualFold(value, []byte(want))
	}
	return false, false
}

// sha1Digest returns the digest of b as Common Crawl writes it.
func sha1Digest(b []byte) string {
	d := sha1.Sum(b)
	return "sha1:" + base32.StdEncoding.EncodeToString(d[:])
}
