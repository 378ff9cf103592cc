package dom

import "testing"

// snippets are pages that take every branch of tree construction, by the
// insertion mode that they are about. The tree of html.Parse is what they must
// give.
var snippets = map[string][]string{
	"initial": {
		"", " \n", "x", " x ", "<!-- c -->", "<!-- c --><!doctype html><p><table>", "<!doctype html><!-- c --> x",
		"<!doctype foo><p><table>", "<!doctype html><p><table>", "<p><table>", "<?xml version='1.0'?><html>", "</p>x",
		"<!doctype html><!doctype html>x", "<!doctype", "<!DOCTYPE html SYSTEM 'about:legacy-compat'><p><table>",
	},
	"before html": {
		"<html a=1>x", "<!doctype html> <html a=1> <head>", "</html>x", "</br>x", "</div>x", "<div>x", "<!-- a --><html><!-- b -->",
	},
	"before head": {
		"<html> x", "<html><!-- c --><head a=1>", "<html></p><head>", "<html></br>", "<html></body>x", "<html><html b=2><head>",
		"<html><!doctype html><title>t",
	},
	"in head": {
		"<head> x", "<head> <!-- c --> <meta a=1><link><base><title> t &amp; <b>u</title><style>a<b</style></head> y",
		"<head><head><title>t", "<title>t</titlex></title >u", "<title/>x</title>y", "<title>unclosed <p>x", "<style><!-- </style> --></style>",
		"<head></br>", "<head></body>", "<head></div>x", "<script>a</script b=c>d", "<script></scriptx></script/>x",
		"<head><noframes><p></noframes>x", "<head><div>x</head>", "<style>a\x00b</style>", "<title>\n\nx</title>",
		"<head><base><basefont><bgsound><command>x",
	},
	"script": {
		"<script><!--</script>x", "<script><!-- <script>a</script>b--></script>c", "<script><!--<script></script></script>c",
		"<script><!--<script >--></script>c", "<script><!--<scriptx></script>c", "<script><!-->a</script>b", "<script><!-- --!> </script>b",
		"<script><!--<SCRIPT></ScRiPt >-</script>x", "<script><!--<script>--></script>x", "<script><!--<script/></script>--></script>y",
		"<script>a<b</script>c", "<script></", "<script></script", "<script></script ", "<script><!--", "<script><!--<script>-",
		"<script>&amp;&lt;</script>",
	},
	"in head noscript": {
		"<head><noscript><link><meta> <style>a</style><!-- c --></noscript><title>t", "<noscript><p>x</noscript>y", "<noscript>x</noscript>y",
		"<noscript><noscript></noscript>", "<noscript></br>", "<noscript></p>x", "<noscript><head><html a=1>", "<head><noscript>",
		"<noscript><iframe></noscript></iframe>x", "<noscript><!doctype html>",
	},
	"after head": {
		"</head> x", "</head> <!-- c --><body a=1>x", "</head><meta><title>t</title> <script>s</script>x", "</head><style>a</style></head><head>x",
		"</head></body>x", "</head></br>", "</head></p>x", "</head><frameset>", "</head><template>a</template>b", "</head></template>x",
		"</head><link> <link>\n<body>", "</head><!doctype html><html a=b>",
	},
	"in body": {
		"<body a=1><body a=2 b=3>x", "<html a=1><body><html a=2 b=3>x", "a\x00b", "\x00", "x</body>y</html>z",
		"<p>a<p>b<div>c<p>d</div>e</p>f", "<p><h1>a<h2>b</h3>c", "<h1><p>x</h2>y", "<ul><li>a<li>b<ul><li>c</ul>d</ul>", "<li>a<div><li>b",
		"<li>a<p><li>b", "<dl><dt>a<dd>b<dt>c</dl>", "<dd><div><dt>x", "<dd><span><dd>x", "</li></dd></dt></p></ul>x",
		"<pre>\nx", "<pre>\n\nx", "<pre>\r\nx", "<pre><b>\nx", "<pre> \nx", "<listing>\nx</listing>", "<textarea>\nx", "<textarea>\r\n\nx</textarea>y",
		"<textarea><b></textarea>c", "<textarea>&amp;</textarea>", "<pre>&#10;x", "<xmp><b>&amp;</xmp>y", "<p><xmp>x</xmp>y",
		"<form><form>x</form>y</form>z", "<form><div></form>x</div>y", "<div></form>x", "<p><form>x</p>y", "<form><p></form>x",
		"<button>a<button>b", "<p><button><p>x</button>y", "<button><div></button>x", "</button>x",
		"<div><span></div>x</span>y", "<x-y><X-Y></x-y>a</x-z></x-y>b", "<p></x-y>a", "<x-y><p></x-y>a",
		"<hr>a<p>b<hr>c", "<image a=1>", "<input><input type=HIDDEN><frameset>", "<br></br></br/>", "<wbr><embed><area><keygen>x",
		"<param><source><track>x", "<plaintext><b></plaintext>x", "<p><plaintext>x", "<iframe><p></iframe>x", "<noembed><p></noembed>x",
		"<object><b>x</object>y</b>z", "<applet>a</applet><marquee>b</marquee></object>c", "<b><object>x</b>y</object>z",
		"<option>a<option>b<optgroup>c<option>d", "<ruby>a<rb>b<rt>c<rp>d<rtc>e<rt>f</ruby>g", "<rt>a<rp>b", "<ruby><div><rt>x",
		"<td>x<tr>y<caption>z<col><frame><head><tbody>", "<p>a</table>b", "<nav><article></nav>x", "<center><p></center>x", "<details><summary>a</details>b",
		"<noscript><p>a</noscript>b", "<noscript><b>a</noscript>b", "<p>x<!-- c -->y", "<a href=x>a</a href=y>b", "<div/>a<br/>b<p/>c",
		"<body><title>a</title><style>b</style><meta><link>c", "<search><p>a</search>b", "<menu><li>a</menu>b", "<address><p>x<address>y",
	},
	"frameset": {
		"<frameset>", "<frameset a=1> x <frame b=2></frame></frameset> y", "<frameset><frameset></frameset></frameset>x", "x<frameset>",
		" <frameset>x", "<div><frameset>", "<p><frameset>x", "<body><frameset>", "<frameset></frameset></html> x ", "<frameset><noframes>a</noframes>",
		"<frameset></frameset><noframes>a</noframes></html><noframes>b</noframes><!-- c -->", "<frameset><!-- c --></frameset><!-- d --></html><!-- e -->",
		"<frameset><html a=1></frameset><html b=2>", "<input type=hidden><frameset>", "<svg> </svg><frameset>", "<svg>x</svg><frameset>",
	},
	"formatting": {
		"<b>a<p>b</b>c</p>d", "<b>1<i>2<p>3</b>4</i>5", "<b><b><b><b><b>x</b></b></b></b>y", "<p><b><b><b><b><p>x", "<p><b a=1><b a=1 c=2><b c=2 a=1><b c='2' a=\"1\"><b a=1 c=2><p>x",
		"<a>1<a>2", "<a>1<p>2<a>3</p>4", "<a><table><a>x", "<a>1<div>2<div>3</a>4</div>5</div>6", "<a><b><div><a>x", "<nobr>1<nobr>2</nobr>3</nobr>4",
		"<nobr><p>a<nobr>b", "<b><div><i></b>x</i>y", "<b><table><td></b>x", "<b><table></b>x", "</b>x", "<b></b></b>x", "<i><b></i>x</b>y",
		"<p><font color=red><p>x<p>y</font>z", "<b><em><u><div>x</b>y</u>z</em>w", "<div><b></div>x", "<b><p><a></b>x<a>y", "<tt><ul><li></tt>x<li>y",
		"<b>1<p><i>2</b>3</p>4</i>5", "<b><li>a</b>b<li>c", "<em><em><em><em><p>x</em>y", "<s><strike><big><small>x</s>y", "<code><div></code>x",
		"<a><svg><desc><a>x", "<b><template></b>x</template>y", "<object><a></object><a>x", "<b><button></b>x</button>y",
		"<b><i><div><div><div><div><div><div><div><div><div><div>1</b>2</div></div></div></div></div></div></div></div></div></div>3",
		"<i><b><em><div><p><div><p><div><p><div><p><div><p>1</b>2</p></div></p></div>3</em>4</i>5", "<a href=1>a<p><a href=2>b</p>c",
	},
	"in table": {
		"<table>", "<table> <tr> <td> a </td> </tr> </table>", "<table>x", "<table>x<tr>y<td>z", "<table><p>a<tr><td>b</table>c", "<table><td>a<th>b<tr>c",
		"<table><b>x<tr><td>y", "<table><b><tr>x</b>y", "<a><table><td><a>x</table>y", "<table><tr><b>x<td>y</b>z", "<table><table>x", "<table><td><table>x</table>y</table>z",
		"<table><input type=hidden><input type=text><input>", "<table><form><input></form>x", "<form><table><form>x", "<table><form><tr><td></form>x",
		"<table><script>a</script><style>b</style><title>c</title>", "<table></p>x", "<table></br>x", "<table><br>x", "<table></body></html></td></tr></caption>x</table>y",
		"<table><!-- c --><tr><!-- d --><td>", "<table><select>x<tr><td>", "<table><svg><desc>x</svg>y", "<table><math><mi>x</table>y", "<table>a\x00b<tr>\x00<td>",
		"<table> <b> </b> </table>", "<p>a<table>b<p>c</table>d", "<table><div><tr><td>x</div>y", "<table><div>x</table>y", "<table><li>a<li>b", "<table>&#32;<tr>&#32;x",
		"<b><table>x</table>y", "<table><a>1<tr><td>2<a>3</table>4", "<table><tr><div>x<td>y", "<table><noscript>x</noscript>", "<table><textarea>x</textarea>y",
		"<div><table><td></div>x", "<table><html a=1><body b=2><head><frameset>x", "<table></table><table></table>", "</table>x",
	},
	"in caption": {
		"<table><caption>a<b>b</caption>c<tr>", "<table><caption>a<tr><td>b", "<table><caption>a</table>b", "<table><caption><table></caption>x", "<table><caption></tr></td>x</caption>",
		"<table><caption>a<caption>b", "<table><caption><b>a<col>b", "<caption>x",
	},
	"in column group": {
		"<table><col>", "<table><colgroup> <col a=1></colgroup> <col>", "<table><colgroup>x", "<table><col> x<tr>", "<table><colgroup></col></p>x", "<table><colgroup><!-- c --><html a=1><template>x</template>",
		"<table><col><td>x", "<table><colgroup></table>x", "<col>x", "<table><colgroup></colgroup></colgroup>x",
	},
	"in table body and row": {
		"<table><tbody>a<tr>b</tbody>c<tfoot>d</table>", "<table><thead><tr><td>a<tbody><tr><td>b", "<table><tbody></tfoot></tbody>", "<table><tr></tbody>x", "<table><tr></tfoot>x<td>",
		"<table><tr><tr><td></tr>a</table>b", "<table><tr></table>", "<table><tr><caption>x", "<table><tbody></td></tr></caption><td>x", "<tr><td>x", "<tbody>x",
		"<table><tr><td></thead>x", "<table><tr>a<td>b</td>c<td>d",
	},
	"in cell": {
		"<table><td>a</th>b</td>c", "<table><td><p>a</td>b", "<table><td><b>a<td>b</b>c", "<table><th>a</tr>b", "<table><td></body></html></caption>a", "<table><td>a</table>b", "<table><td>a<tbody>b",
		"<table><td><table><td>a</td></tr></table>b</td>c", "<table><td><div></td>x", "<table><td><form></td>x</form>",
	},
	"select": {
		"<select><option>a<option>b</select>c", "<select><optgroup>a<option>b<optgroup>c</select>d", "<select>a<select>b", "<select><input>x", "<select><p>a</select>b", "<select><hr><option>a<hr>b</select>",
		"<select><div><b>x</select>y", "<table><td><select><tr>x", "<select><button>a</button></select>", "<select><textarea>a</textarea></select>b", "</select>x", "<p><select><p>x</select>y",
		"<select><table><td>x</select>y", "<select><script>a</script></select>",
	},
	"template": {
		"<template>a</template>b", "<template><tr><td>a</template>b", "<template><td>a<tr>b</template>", "<template><col>a<td></template>", "<template><caption>a</template>", "<template><tbody>a<tr>b</template>c",
		"<body><template><div>a<p>b</template>c", "<template><template>a</template>b</template>c", "<template>", "<head><template><div>", "<table><template><td>a</template><td>b", "</template>x",
		"<template></div>a<form><form>b</template>c", "<template><html a=1><body b=2>x", "<template><script>a</script><style>b</style>c", "<select><template><option>a</template>b",
		"<div><template></div>x</template>y", "<template><b>a</template>c", "<b><template>a</template>c", "<template>a<frameset>", "<template></body></p>x", "<table><tr><template>x</template><td>y",
	},
	"after body": {
		"</body> x", "</body><!-- c -->x<!-- d -->", "</body></html> <!-- c --> x", "</body></html><p>x", "</body><html a=1></html><html b=2>", "</body></p>x", "</html></body>x", "x</body> </html> y",
		"<p>a</body>b</p>c", "<table></body>x", "<div></body><b>x",
	},
	"foreign": {
		"<svg>a<g>b</g>c</svg>d", "<svg><G><PATH/></g><foreignObject><p>a<svg><p>b", "<svg viewbox=1 preserveaspectratio=2 xlink:href=3 xml:lang=4 xmlns=5 definitionurl=6>", "<math definitionurl=1 viewbox=2><mi>x<p>y</mi>z",
		"<math><mi><mglyph><p>a", "<math><mtext><malignmark/>b<b>c", "<math><annotation-xml><svg>a</svg><p>b", "<math><annotation-xml encoding=text/html><p>a<svg></annotation-xml>b",
		"<math><annotation-xml encoding='application/XHTML+xml'><div>a", "<svg><desc><p>a</desc>b", "<svg><title><b>a</title>b", "<svg><p>a", "<svg><g><b>a", "<math><mrow><div>a</mrow>b",
		"<svg><font>a<font color=1>b", "<svg></p>a", "<svg></br>a", "<svg><desc></p>a", "<math><mi></br>a", "<svg><style><b>a</b></style>", "<svg><script><b></script>a", "<svg><title/>a", "<svg><g/>a</g>b",
		"<svg><![CDATA[a<b>]]>c", "<![CDATA[a]]>", "<math><mi><![CDATA[a]]></mi>", "<svg><![CDATA[]]>a<![CDATA[b", "<svg><!-- c --><!doctype html>a", "<svg>a\x00b", "<svg>\x00<frameset>", "<math><mi>\x00x",
		"<div><svg></div>a", "<svg></g></path>a", "<p><svg><g></p>a", "<table><svg><tr><td>a", "<svg><tr><td>a", "<svg><a>b<a>c</svg>d", "<math/>a<svg/>b", "<math><ms>a</math>b", "<svg><foreignobject><math><mi><svg><desc>x",
		"<math><semantics><mi>x</mi><annotation encoding='application/x-tex'>x&lt;y</annotation></semantics></math>z", "<svg><image a=1>", "<svg><textPath><clippath><LINEARGRADIENT>", "<svg><sPan>a",
	},
	"tokens": {
		"<", "a<", "a<b", "a<b c", "a<b c=", "a<b c='d", "</", "</a", "a</ b>c", "a</!b>c", "<1>", "a<>b", "<!>a", "<!x>a", "<!-", "<!--", "<!-->a", "<!--->a", "<!---->a", "<!----!>a", "<!----->a", "<!-- a --!> b -->",
		"<!--a--", "<!--a--!", "<!--a-", "<!--!>a-->", "<!---!>a-->", "<!--a--b-->c", "<!-- > -- > -->x", "<?php a ?>b", "<?", "<!", "<p a>", "<p a b=c d='e' f=\"g\" h = i j= 'k'>", "<p a=1 a=2 A=3>", "<p =a==b>", "<p a='1'b=2/c>",
		"<p / a / b>", "<p a=/>x", "<p a=b/>x", "<p\ta\n=\r'b'\f>", "<p a=&amp;&lt&ltx&lt=&notit;&not;&#65;&#x42;&#0;&#128;&#xD800;&#x110000;&foo;&>", "<p 'a\"=b<c>", "<P CLASS=A>", "<p\x00q a\x00b=c\x00d>", "<DIV></div >", "<p a=\"\">", "<p a=''b>",
		"a&amp;b&lt;c&ltd&notit;&notin;&amp&AMP;&quot;&nbsp;&hellip;&NotEqualTilde;&fjlig;&bogus;&;&#;&#x;&#38;&#x26;&#99999999999;&#150;&", "a\r\nb\rc\n", "&#13;x&#xd;", "<p a='x\r\ny\rz'>", "&CounterClockwiseContourIntegral;&CounterClockwiseContourIntegralx;",
		"&ampamp;&ltgt;&copyx", "é\xffb\xc3", "<p a='\xff'>", "&thetasym;&thetav;&Theta&theta;",
	},
}

func TestSnippets(t *testing.T) {
	var tree Tree
	for mode, pages := range snippets {
		for _, src := range pages {
			for _, page := range []string{src, "<!doctype html>" + src, "<!doctype html><body>" + src, "<!doctype html><div>x<table><td>" + src} {
				for _, scripting := range []bool{false, true} {
					o := DefaultOptions()
					o.Scripting = scripting
					diff, ok := compare(&tree, []byte(page), o)
					if !ok {
						t.Fatalf("html.Parse refuses %q", page)
					}
					checkTable(t, &tree)
					if diff != "" && !incomparable.MatchString(page) {
						t.Errorf("%s: %q: %s", mode, page, diff)
					}
				}
			}
		}
	}
}
