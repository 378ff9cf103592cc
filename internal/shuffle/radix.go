package shuffle

import "encoding/binary"

// insertionLimit is the number of records below which insertion beats another
// pass over the next byte.
const insertionLimit = 24

// sortRecords sorts the records in data by their bytes from position depth on,
// in place. The records agree in the bytes before depth.
func sortRecords(data []byte, width, depth int) {
	spare := make([]byte, width)
	sortFrom(data, width, depth, spare)
}

func sortFrom(data []byte, width, depth int, spare []byte) {
	for depth < width {
		n := len(data) / width
		if n <= insertionLimit {
			insertionSort(data, width, depth, spare)
			return
		}
		var count [256]int
		for i := depth; i < len(data); i += width {
			count[data[i]]++
		}
		if count[data[depth]] == n { // one value only: nothing to move
			depth++
			continue
		}
		var next, end [256]int
		at := 0
		for b, c := range count {
			next[b] = at
			at += c * width
			end[b] = at
		}
		permute(data, width, depth, &next, &end, spare)
		start := 0
		for _, stop := range end {
			if stop-start > width {
				sortFrom(data[start:stop], width, depth+1, spare)
			}
			start = stop
		}
		return
	}
}

// permute moves every record into the bucket of its byte at depth. next holds
// where each bucket's unplaced part begins, end where the bucket ends.
func permute(data []byte, width, depth int, next, end *[256]int, spare []byte) {
	if width == 16 {
		permute16(data, depth, next, end)
		return
	}
	for b := range next {
		for next[b] < end[b] {
			at := next[b]
			own := data[at+depth]
			if int(own) == b {
				next[b] += width
				continue
			}
			// Follow the cycle: put the record where it belongs and take up
			// the one that lay there, until one belongs here.
			copy(spare, data[at:at+width])
			for int(own) != b {
				to := next[own]
				next[own] += width
				swap(spare, data[to:to+width])
				own = spare[depth]
			}
			copy(data[at:at+width], spare)
			next[b] += width
		}
	}
}

// permute16 is permute for the commonest width, with the record in flight in
// registers.
func permute16(data []byte, depth int, next, end *[256]int) {
	for b := range next {
		for next[b] < end[b] {
			at := next[b]
			own := data[at+depth]
			if int(own) == b {
				next[b] += 16
				continue
			}
			here := (*[16]byte)(data[at:])
			flight := *here
			for int(own) != b {
				to := (*[16]byte)(data[next[own]:])
				next[own] += 16
				flight, *to = *to, flight
				own = flight[depth&15]
			}
			*here = flight
			next[b] += 16
		}
	}
}

// swap exchanges the contents of a and b, of equal length.
func swap(a, b []byte) {
	for len(a) >= 8 && len(b) >= 8 {
		x, y := binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)
		binary.LittleEndian.PutUint64(a, y)
		binary.LittleEndian.PutUint64(b, x)
		a, b = a[8:], b[8:]
	}
	for i := range a {
		a[i], b[i] = b[i], a[i]
	}
}

func insertionSort(data []byte, width, depth int, spare []byte) {
	for i := width; i < len(data); i += width {
		if !less(data[i+depth:i+width], data[i-width+depth:i]) {
			continue
		}
		copy(spare, data[i:i+width])
		key := spare[depth:]
		j := i - width
		for j > 0 && less(key, data[j-width+depth:j]) {
			j -= width
		}
		copy(data[j+width:i+width], data[j:i])
		copy(data[j:j+width], spare)
	}
}
