package charset

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// encode returns s in the named encoding.
func encode(t testing.TB, name, s string) []byte {
	t.Helper()
	enc := lookup(name)
	if enc == nil {
		return []byte(s)
	}
	b, err := encoding.ReplaceUnsupported(enc.NewEncoder()).Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	russian  = "Пусть функция непрерывна на отрезке, тогда она принимает на нём наибольшее значение."
	greek    = "Έστω συνάρτηση συνεχής στο διάστημα, τότε παίρνει μέγιστη τιμή."
	hebrew   = "תהי פונקציה רציפה בקטע סגור, אז היא מקבלת בו ערך מרבי."
	polish   = "Niech funkcja będzie ciągła na przedziale; wówczas osiąga na nim największą wartość."
	turkish  = "Fonksiyon kapalı aralıkta sürekli olsun; o zaman en büyük değerini alır, çünkü görüntüsü sınırlıdır."
	german   = "Für jede stetige Funktion auf dem Intervall gilt: Sie nimmt dort ihr größtes Maß an, über alle Zweifel erhaben."
	japanese = "関数がこの区間で連続ならば、そこで最大の値をとることが知られている。"
	chinese  = "如果函数在这个区间上连续,那么它在这里取得最大的值,这是一个重要的定理。"
	taiwan   = "如果函數在這個區間上連續,那麼它在這裡取得最大的值,這是一個重要的定理。"
	korean   = "함수가 이 구간에서 연속이면 그 구간에서 최댓값을 가진다는 것은 잘 알려져 있다."
)

func page(meta, text string) string {
	return "<html><head>" + meta + "<title>x</title></head><body><p>" + text + "</p></body></html>"
}

func TestLabels(t *testing.T) {
	tests := []struct {
		name        string
		body        string
		contentType string
		want        string
	}{
		{"header", string(encode(t, "windows-1251", page("", russian))), "text/html; charset=windows-1251", "windows-1251"},
		{"header in quotes", string(encode(t, "koi8-r", page("", russian))), `text/html; Charset = "KOI8-R"`, "koi8-r"},
		{"meta charset", string(encode(t, "shift_jis", page(`<meta charset=Shift_JIS>`, japanese))), "text/html", "shift_jis"},
		{"meta http-equiv", string(encode(t, "windows-1253", page(`<meta http-equiv="Content-Type" content="text/html; charset=windows-1253">`, greek))), "", "windows-1253"},
		{"meta beyond 1024 bytes", string(encode(t, "iso-8859-2", page("<!--"+strings.Repeat("x", 3000)+`--><meta charset="iso-8859-2">`, polish))), "", "iso-8859-2"},
		{"meta in a comment", page(`<!-- <meta charset="koi8-r"> -->`, german), "", "utf-8"},
		{"XML declaration", string(encode(t, "euc-jp", `<?xml version="1.0" encoding="EUC-JP"?>`+page("", japanese))), "", "euc-jp"},
		{"header over meta", string(encode(t, "windows-1251", page(`<meta charset="koi8-r">`, russian))), "text/html; charset=windows-1251", "windows-1251"},
		{"server default yields to meta", string(encode(t, "gb18030", page(`<meta charset="gb2312">`, chinese))), "text/html; charset=iso-8859-1", "gb18030"},
		{"latin1 is windows-1252", string(encode(t, "windows-1252", page("", "“"+german+"” €"))), "text/html; charset=ISO-8859-1", "windows-1252"},
		{"mark over header", "\xef\xbb\xbf" + page("", german), "text/html; charset=iso-8859-1", "utf-8"},
		{"meta says UTF-16", page(`<meta charset="utf-16">`, "plain"), "", "utf-8"},
		{"UTF-16 header without mark", string(encode(t, "utf-16be", page("", german))), "text/html; charset=utf-16be", "utf-16be"},
		{"UTF-16 without label", string(encode(t, "utf-16le", page("", german))), "", "utf-16le"},
		{"UTF-7 is refused", page("", "+ADw-script+AD4-"), "text/html; charset=utf-7", "windows-1252"},
		{"unknown label", page("", german), "text/html; charset=" + strings.Repeat("x", 9999), "utf-8"},
		{"label UTF-8, bytes windows-1252", string(encode(t, "windows-1252", page("", german))), "text/html; charset=utf-8", "windows-1252"},
		{"label windows-1252, bytes UTF-8", page("", german), "text/html; charset=windows-1252", "utf-8"},
		{"label gb2312, bytes UTF-8", page(`<meta charset="gb2312">`, chinese), "", "utf-8"},
		{"label windows-1251, bytes koi8-r", string(encode(t, "koi8-r", page(`<meta charset="windows-1251">`, russian+russian))), "", "koi8-r"},
		{"a trace of bad bytes", page("", russian+"\xff"+russian), "text/html; charset=utf-8", "utf-8"},
		{"label UTF-8, one character and a stray byte", page(`<meta charset="utf-8">`, "it’s a \xa0 cost"), "", "utf-8"},
		{"label UTF-8, more stray bytes than letters", page("", "thé \xf4\xe9. thé \xf4\xe9."), "text/html; charset=utf-8", "utf-8"},
		{"label UTF-8, bytes windows-1252 with a pair by chance", page("", "Spa\xdf\xbb, f\xfcr jede stetige Funktion gr\xf6\xdfer \xfcber alle"), "text/html; charset=utf-8", "windows-1252"},
		{"label UTF-8, little of gb18030", string(encode(t, "gb18030", page("", "求极限处处"))), "text/html; charset=utf-8", "gb18030"},
		{"cut in a character", page("", russian) + "\xd0", "", "utf-8"},
		{"label UTF-8, bytes nothing", "<p>\xfe\xff\xc0\xaf\xf8\x88\x80\x80\x80 \xed\xa0\x80 \xfe\xff</p>", "text/html; charset=utf-8", "utf-8"},
		{"escape sequences", string(encode(t, "iso-2022-jp", page("", japanese))), "", "iso-2022-jp"},
		{"replacement encoding", page("", "x"), "text/html; charset=iso-2022-kr", "utf-8"},
		{"empty", "", "", "utf-8"},
	}
	for _, tt := range tests {
		if got, _ := Detect([]byte(tt.body), tt.contentType); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestDetection(t *testing.T) {
	tests := []struct{ name, text string }{
		{"windows-1251", russian},
		{"koi8-r", russian},
		{"ibm866", russian},
		{"iso-8859-5", russian},
		{"x-mac-cyrillic", russian},
		{"windows-1253", greek},
		{"windows-1255", hebrew},
		{"windows-1250", polish + " „źródło”"},
		{"iso-8859-2", polish},
		{"windows-1254", turkish},
		{"windows-1252", german},
		{"shift_jis", japanese},
		{"euc-jp", japanese},
		{"gb18030", chinese},
		{"big5", taiwan},
		{"euc-kr", korean},
		{"utf-8", chinese},
	}
	for _, tt := range tests {
		body := encode(t, tt.name, page("", tt.text))
		name, certain := Detect(body, "text/html")
		if name != tt.name || certain != (tt.name == "utf-8") {
			t.Errorf("%s: got %s, %v", tt.name, name, certain)
		}
		text, name := Decode(nil, body, "")
		if want := page("", tt.text); string(text) != want {
			t.Errorf("%s: decoded as %s: %s", tt.name, name, text)
		}
	}
}

func TestDecode(t *testing.T) {
	body := []byte("\xef\xbb\xbfgrün")
	text, _ := Decode(nil, body, "")
	if string(text) != "grün" || &text[0] != &body[3] {
		t.Errorf("valid UTF-8 was copied or changed: %q", text)
	}
	// U+FFFD for each maximal part of a sequence.
	text, _ = Decode(nil, []byte(russian+"\xe2\x82 \xf0\x9f\x98 \xc0\xaf \xed\xa0\x80"), "")
	if want := russian + "\uFFFD \uFFFD \uFFFD\uFFFD \uFFFD\uFFFD\uFFFD"; string(text) != want {
		t.Errorf("got %q, want %q", text, want)
	}
	dst := make([]byte, 0, 1000)
	text, name := Decode(dst, encode(t, "koi8-r", russian), "text/html; charset=koi8-r")
	if string(text) != russian || name != "koi8-r" || &text[0] != &dst[:1][0] {
		t.Errorf("dst was not used: %q", text)
	}
	if _, err := AppendUTF8(nil, nil, "no-such"); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
}

// TestAllNames checks that every name analyse may return can be decoded.
func TestAllNames(t *testing.T) {
	names := []string{nameUTF8, nameUTF16LE, nameUTF16BE, nameUTF32LE, nameUTF32BE}
	for _, c := range candidates {
		names = append(names, c.name)
	}
	for _, c := range multiByteCodings {
		names = append(names, c.name)
	}
	for _, name := range extraLabels {
		names = append(names, name)
	}
	for _, name := range names {
		if got, err := AppendUTF8(nil, encode(t, name, "text"), name); err != nil || string(got) != "text" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"windows-1251", "shift_jis", "gb18030", "euc-kr", "utf-16le", "iso-2022-jp", "utf-8"} {
		f.Add(encode(f, name, page(`<meta charset="`+name+`">`, russian+japanese)), "text/html; charset="+name)
	}
	f.Add([]byte("<meta charset"), "charset")
	f.Add([]byte("<?xml encoding='"), "")
	f.Add([]byte("\xff\xfe\x00\x00abc"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		before := bytes.Clone(body)
		text, name := Decode(nil, body, contentType)
		if !utf8.Valid(text) {
			t.Errorf("%s: invalid UTF-8 from %q", name, body)
		}
		if len(text) > 4*len(body)+16 {
			t.Errorf("%s: %d bytes became %d", name, len(body), len(text))
		}
		if !bytes.Equal(before, body) {
			t.Error("body was changed")
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for name, body := range map[string][]byte{
		"ascii":        []byte(strings.Repeat("<p>plain text of a page</p>", 4000)),
		"utf8":         []byte(strings.Repeat(page("", russian), 500)),
		"labelled1251": encode(b, "windows-1251", strings.Repeat(page("<meta charset=windows-1251>", russian), 500)),
		"guessedGBK":   encode(b, "gb18030", strings.Repeat(page("", chinese), 500)),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				text, _ := Decode(dst, body, "")
				if name != "ascii" && name != "utf8" {
					dst = text
				}
			}
		})
	}
}
