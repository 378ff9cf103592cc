package corpus

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

const (
	// defaultRowGroup is the text of a row group before compression, in bytes.
	defaultRowGroup = 64 << 20
	// parquetBatch is how many rows are handed to parquet-go at a time.
	parquetBatch = 64
	// parquetBatchBytes bounds the text of those rows, in bytes.
	parquetBatchBytes = 4 << 20
)

// A parquetRow is the schema of our Parquet shards: flat columns that data
// frames read without help. metadata is the JSON object that JSONL shards hold;
// date, score and token_count are null where unknown.
type parquetRow struct {
	ID           string   `parquet:"id"`
	URL          string   `parquet:"url"`
	Text         string   `parquet:"text"`
	Date         *string  `parquet:"date,optional"`
	SourceFile   string   `parquet:"source_file"`
	SourceOffset int64    `parquet:"source_offset"`
	Metadata     string   `parquet:"metadata"`
	Score        *float64 `parquet:"score,optional"`
	TokenCount   *int64   `parquet:"token_count,optional"`
}

type parquetWriter struct {
	w         *parquet.GenericWriter[parquetRow]
	limit     int64 // bytes of text in a row group
	rows      []parquetRow
	batched   int64 // bytes of text in rows
	rowGroup  int64 // bytes of text in the row group
	scratch   []byte
	validated []byte
}

func newParquetWriter(w io.Writer, o WriterOptions) *parquetWriter {
	limit := o.RowGroupBytes
	if limit <= 0 {
		limit = defaultRowGroup
	}
	config := []parquet.WriterOption{
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedDefault, Concurrency: 1}),
		parquet.CreatedBy("mathsieve", "1", ""),
		// Bounds of texts help no query and take room in the footer.
		parquet.SkipPageBounds("text"),
		parquet.SkipPageBounds("metadata"),
	}
	return &parquetWriter{w: parquet.NewGenericWriter[parquetRow](w, config...), limit: limit}
}

// Write appends doc as a row.
func (w *parquetWriter) Write(doc *Document) error {
	if doc.Score != nil && !isFinite(*doc.Score) {
		return fmt.Errorf("write document %s: %w", doc.ID, errScore)
	}
	var err error
	if w.scratch, err = appendMetadata(w.scratch[:0], &doc.Metadata); err != nil {
		return fmt.Errorf("write document %s: %w", doc.ID, err)
	}
	row := parquetRow{
		ID: w.valid(doc.ID), URL: w.valid(doc.URL), Text: w.valid(doc.Text),
		SourceFile: w.valid(doc.Source.File), SourceOffset: doc.Source.Offset,
		Metadata: string(w.scratch),
	}
	if doc.Date != "" {
		date := w.valid(doc.Date)
		row.Date = &date
	}
	if doc.Score != nil {
		score := *doc.Score
		row.Score = &score
	}
	if doc.TokenCount != 0 {
		tokens := int64(doc.TokenCount)
		row.TokenCount = &tokens
	}
	w.rows = append(w.rows, row)
	w.batched += int64(len(row.Text) + len(row.Metadata))
	if len(w.rows) < parquetBatch && w.batched < parquetBatchBytes {
		return nil
	}
	return w.flush()
}

// valid returns s with invalid UTF-8 replaced, as the JSON writers do.
func (w *parquetWriter) valid(s string) string {
	w.validated = repairUTF8(append(w.validated[:0], s...), 0)
	if string(w.validated) == s {
		return s
	}
	return string(w.validated)
}

// flush hands the batch to parquet-go and ends the row group if it is full.
func (w *parquetWriter) flush() error {
	if _, err := w.w.Write(w.rows); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	clear(w.rows)
	w.rows = w.rows[:0]
	w.rowGroup += w.batched
	w.batched = 0
	if w.rowGroup < w.limit {
		return nil
	}
	w.rowGroup = 0
	if err := w.w.Flush(); err != nil {
		return fmt.Errorf("write row group: %w", err)
	}
	return nil
}

// Close writes the last row group and the footer.
func (w *parquetWriter) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.w.Close(); err != nil {
		return fmt.Errorf("write footer: %w", err)
	}
	return nil
}
