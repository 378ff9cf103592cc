package language
import ("bufio";"encoding/json";"fmt";"os";"testing")
func TestYY(t *testing.T){
 f,_:=os.Open("/tmp/lang/docs.jsonl"); sc:=bufio.NewScanner(f); sc.Buffer(nil,64<<20)
 w:=New().NewWorker(); n,few,sc2,lat,nonlat,hint:=0,0,0,0,0,0
 for sc.Scan(){ var d struct{Text,URL string; Metadata struct{Language string}}; json.Unmarshal(sc.Bytes(),&d); n++
  w.prose=appendProse(w.prose[:0],d.Text); s,l:=census(w.prose)
  if l<30 {few++;continue}; if s!="" {sc2++;continue}; if byWords(w.prose,"")!="" {continue}
  nl:=0; for _,c:=range w.prose {if c>=0x80 {nl++}}
  if nl*3>len(w.prose) {nonlat++} else {lat++; if d.Metadata.Language!="" {hint++}; if lat%12==0 {fmt.Printf("%q %.200q\n",d.Metadata.Language,string(w.prose))}}
 }
 fmt.Println(n,few,sc2,"lat",lat,"hint",hint,"nonlat",nonlat)
}
