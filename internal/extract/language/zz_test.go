package language
import ("bufio";"encoding/json";"fmt";"os";"strings";"testing";"time")
func TestZZ(t *testing.T){
 f,_:=os.Open("/tmp/lang/docs.jsonl"); sc:=bufio.NewScanner(f); sc.Buffer(nil,64<<20)
 w:=New().NewWorker(); n,ok,full,none:=0,0,0,0; miss:=map[string]int{}; var el time.Duration; all:=0; nohint:=map[string]int{}; var elall time.Duration
 for sc.Scan(){ var d struct{Text,URL string; Metadata struct{Language string}}; json.Unmarshal(sc.Bytes(),&d)
  _,b:=parse(d.Metadata.Language)
  all++; s:=time.Now(); g0:=w.Detect(d.Text,d.Metadata.Language); elall+=time.Since(s)
  if b=="" {nohint[g0]++}
  if b==""||len(d.Text)<200 {continue}
  n++; s=time.Now(); g:=w.Detect(d.Text,""); el+=time.Since(s)
  if g==b {ok++} else if g=="" {none++} else {miss[b+">"+g]++}
  if _,g2:=parse(g0); g2!=b { full++; if len(os.Getenv("SHOW"))>0 { fmt.Println(b,g2,d.URL, strings.ReplaceAll(string(w.prose[:min(150,len(w.prose))]),"\n"," ")) } }
 }
 fmt.Println(n,"agree",ok,"none",none,"overridden",full,"us/doc",el.Microseconds()/int64(n),"all us/doc",elall.Microseconds()/int64(all),all); fmt.Println(miss); fmt.Println(nohint)
}
