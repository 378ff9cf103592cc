package fasttext

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

const (
	fileMagic   = 793712314
	fileVersion = 12
	// oldVersion files know no character n-grams in supervised models.
	oldVersion = 11

	// maxCount bounds the count of an entry. fastText builds its Huffman tree
	// with 1e15 for "none yet"; a count above it would make the tree a cycle.
	maxCount = 1e15 - 1
	// entryBytes is the size of the smallest dictionary entry: the end of an
	// empty word, count and type.
	entryBytes = 1 + 8 + 1
)

// LoadFile reads the model in a file.
func LoadFile(name string) (*Model, error) {
	m, err := withFile(name, Load)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	return m, nil
}

// withFile calls load with an opened file and its size.
func withFile[T any](name string, load func(io.ReaderAt, int64) (T, error)) (result T, err error) {
	f, err := os.Open(name)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return result, err
	}
	return load(f, info.Size())
}

// Load reads a model (.bin or .ftz) of size bytes. It allocates no more than a
// small multiple of size, whatever the file declares, and returns a
// [FormatError] for a file that is malformed, cut, or too long. Numbers that
// are not finite are refused.
func Load(r io.ReaderAt, size int64) (*Model, error) {
	b := newBinReader(r, size)
	m := &Model{}
	quantized := b.head(m)
	m.input = b.matrix("input matrix", quantized, m.dict.rows(), m.args.Dim)
	m.quantOut = b.outputFlag(quantized)
	m.output = b.matrix("output matrix", m.quantOut, int64(len(m.dict.targetCounts())), m.args.Dim)
	b.end()
	if b.err != nil {
		return nil, b.err
	}
	m.prepare()
	return m, nil
}

// head reads what stands before the input matrix. After an error m.dict is
// there, but empty.
func (b *binReader) head(m *Model) (quantized bool) {
	m.dict = &dictionary{args: &m.args}
	b.signature()
	version := b.version()
	b.args(&m.args, version)
	b.dictionary(m.dict)
	offset := b.offset()
	quantized = b.flag("quantised flag")
	if m.dict.pruned && !quantized {
		b.fail("quantised flag", offset, "is 0, but the dictionary is pruned")
	}
	return quantized
}

func (b *binReader) outputFlag(quantized bool) bool {
	offset := b.offset()
	flag := b.flag("quantised output flag")
	if flag && !quantized {
		b.fail("quantised output flag", offset, "is 1, but the input matrix is dense")
	}
	return flag
}

func (b *binReader) end() {
	if b.err == nil && b.remaining() > 0 {
		b.fail("end of the model", b.offset(), "is followed by %d bytes", b.remaining())
	}
}

// signature reads the magic number and names what else the file seems to be.
func (b *binReader) signature() {
	if b.size == 0 {
		b.fail("model", 0, "is empty")
		return
	}
	var head [4]byte
	n := min(b.size, int64(len(head)))
	b.bytes(head[:n])
	magic := uint32(head[0]) | uint32(head[1])<<8 | uint32(head[2])<<16 | uint32(head[3])<<24
	switch {
	case b.err != nil || n == 4 && magic == fileMagic:
	case bytes.HasPrefix(head[:], []byte{0x1F, 0x8B}):
		b.fail("signature", 0, "is gzip's: unpack the file first")
	case bytes.HasPrefix(head[:], []byte{0x28, 0xB5, 0x2F, 0xFD}):
		b.fail("signature", 0, "is Zstandard's: unpack the file first")
	case head[0] == '<':
		b.fail("signature", 0, "is that of HTML or XML: a saved error page?")
	default:
		b.fail("signature", 0, "is %q", head[:n])
	}
}

func (b *binReader) version() int {
	offset := b.offset()
	version := b.i32("version")
	if b.err == nil && version != fileVersion && version != oldVersion {
		b.fail("version", offset, "is %d: want %d or %d", version, fileVersion, oldVersion)
	}
	return int(version)
}

func (b *binReader) args(a *Args, version int) {
	any32 := func(field string) int { return int(b.i32(field)) }
	*a = DefaultArgs()
	a.Dim = b.ranged("dim", 1, maxDim)
	a.WS, a.Epoch, a.MinCount, a.Neg = any32("ws"), any32("epoch"), any32("minCount"), any32("neg")
	a.WordNgrams = b.ranged("wordNgrams", 1, maxGramLength)
	a.Loss = LossName(b.ranged("loss", int32(LossHS), int32(LossOVA)))
	a.Model = ModelName(b.ranged("model", int32(ModelCBOW), int32(ModelSupervised)))
	bucketAt := b.offset()
	a.Bucket = b.ranged("bucket", 0, math.MaxInt32)
	minAt := b.offset()
	a.MinN = b.ranged("minn", 0, maxGramLength)
	a.MaxN = b.ranged("maxn", 0, maxGramLength)
	a.LRUpdateRate = any32("lrUpdateRate")
	a.T = b.f64("t")
	if version == oldVersion && a.Model == ModelSupervised {
		a.MaxN = 0
	}
	if a.MaxN > 0 && a.MinN > a.MaxN {
		b.fail("minn", minAt, "is %d, above maxn, which is %d", a.MinN, a.MaxN)
	}
	if a.Bucket == 0 && a.hashed() {
		b.fail("bucket", bucketAt, "is 0, but the model has n-grams")
	}
}

func (b *binReader) dictionary(d *dictionary) {
	offset := b.offset()
	size := b.ranged("dictionary size", 1, math.MaxInt32)
	words := b.ranged("number of words", 0, math.MaxInt32)
	labels := b.ranged("number of labels", 0, math.MaxInt32)
	if words+labels != size {
		b.fail("dictionary size", offset, "is %d, but %d words and %d labels are declared", size, words, labels)
	}
	if labels == 0 && d.args.Model == ModelSupervised {
		b.fail("number of labels", offset+8, "is 0 in a supervised model")
	}
	tokensAt := b.offset()
	tokens := b.i64("number of tokens")
	if tokens < 0 {
		b.fail("number of tokens", tokensAt, "is %d", tokens)
	}
	prunedAt := b.offset()
	kept := b.i64("pruned size")
	if kept < -1 {
		b.fail("pruned size", prunedAt, "is %d", kept)
	}
	if !b.need("dictionary", int64(size), entryBytes) || !b.need("pruned index", max(kept, 0), 8) {
		return
	}
	d.tokens = tokens
	for i := range size {
		b.entry(d, i >= words)
		if b.err != nil {
			*d = dictionary{args: d.args}
			return
		}
	}
	d.words, d.labels = words, labels
	d.pruned = kept >= 0
	b.prunedIndex(d, kept)
	d.index()
}

func (b *binReader) entry(d *dictionary, label bool) {
	start := b.offset()
	d.text = b.word("dictionary entry", d.text)
	d.ends = append(d.ends, len(d.text))
	countAt := b.offset()
	count := b.i64("count of a dictionary entry")
	if count < 0 || count > maxCount {
		b.fail("count of a dictionary entry", countAt, "is %d", count)
	}
	d.counts = append(d.counts, count)
	typeAt := b.offset()
	kind := b.u8("type of a dictionary entry")
	switch {
	case kind > 1:
		b.fail("type of a dictionary entry", typeAt, "is %d: want 0 or 1", kind)
	case (kind == 1) != label:
		b.fail("dictionary entry", start, "is out of order: words stand before labels")
	}
}

func (b *binReader) prunedIndex(d *dictionary, kept int64) {
	if kept < 0 || !b.need("pruned index", kept, 8) {
		return
	}
	d.kept = make(map[int32]int32, kept)
	for range kept {
		offset := b.offset()
		bucket, row := b.i32("pruned index"), b.i32("pruned index")
		if b.err != nil {
			return
		}
		if bucket < 0 || int64(bucket) >= int64(d.args.Bucket) || row < 0 || int64(row) >= kept {
			b.fail("pruned index", offset, "maps bucket %d of %d to row %d of %d", bucket, d.args.Bucket, row, kept)
			return
		}
		if _, twice := d.kept[bucket]; twice {
			b.fail("pruned index", offset, "maps bucket %d twice", bucket)
			return
		}
		d.kept[bucket] = row
	}
}

// shape reads and checks the declared numbers of rows and columns.
func (b *binReader) shape(field string, rows int64, cols int) bool {
	offset := b.offset()
	m, n := b.i64(field), b.i64(field)
	switch {
	case b.err != nil:
	case m != rows || n != int64(cols):
		b.fail(field, offset, "declares %d × %d numbers: the head of the file says %d × %d", m, n, rows, cols)
	case rows == 0:
		b.fail(field, offset, "has no rows")
	}
	return b.err == nil
}

func (b *binReader) matrix(field string, quantized bool, rows int64, cols int) matrix {
	if quantized {
		return b.quantMatrix(field, rows, cols)
	}
	if !b.shape(field, rows, cols) || !b.need(field, rows, 4*int64(cols)) {
		return nil
	}
	m := newDense(int(rows), cols)
	b.floats(field, m.data)
	return m
}

func (b *binReader) quantMatrix(field string, rows int64, cols int) matrix {
	normed := b.flag(field)
	if !b.shape(field, rows, cols) {
		return nil
	}
	offset := b.offset()
	codeSize := int64(b.i32(field + " code size"))
	if b.err == nil && (codeSize < rows || codeSize%rows != 0 || codeSize/rows > int64(cols)) {
		b.fail(field+" code size", offset, "is %d for %d rows of %d columns", codeSize, rows, cols)
	}
	if !b.need(field+" codes", codeSize, 1) {
		return nil
	}
	m := &quantMatrix{rows: int(rows), cols: cols, codes: make([]uint8, codeSize)}
	b.bytes(m.codes)
	b.quantizer(field+" quantiser", &m.pq, cols, int(codeSize/rows))
	if normed && b.need(field+" norm codes", rows, 1) {
		m.normCodes = make([]uint8, rows)
		b.bytes(m.normCodes)
		b.quantizer(field+" norm quantiser", &m.norms, 1, 1)
	}
	return m
}

func (b *binReader) quantizer(field string, q *productQuantizer, dim, subs int) {
	offset := b.offset()
	q.dim, q.subs = int(b.i32(field)), int(b.i32(field))
	q.sub, q.lastSub = int(b.i32(field)), int(b.i32(field))
	if b.err != nil {
		return
	}
	if q.dim != dim || q.subs != subs || q.sub < 1 || q.lastSub < 1 || q.lastSub > q.sub ||
		(q.subs-1)*q.sub+q.lastSub != dim {
		b.fail(field, offset, "cuts %d columns into %d × %d, the last of %d: want %d columns in %d",
			q.dim, q.subs, q.sub, q.lastSub, dim, subs)
		return
	}
	if b.need(field, int64(dim)*centroids, 4) {
		q.centroids = make([]float32, dim*centroids)
		b.floats(field, q.centroids)
	}
}
