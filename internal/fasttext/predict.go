package fasttext

// A Prediction is a label with its probability.
type Prediction struct {
	// Label is the label with its prefix.
	Label string
	// Probability is what fastText prints: the probability plus 1e-5, which
	// it adds before taking logarithms. It can therefore exceed 1.
	Probability float32
}

// A Line is one line of text as the model sees it. Its slices are valid until
// the next line is parsed.
type Line struct {
	// Features are rows of the input matrix, in fastText's order.
	Features []int32
	// Labels are the known labels that stood in the line, as indices of
	// [Model.Labels].
	Labels []int32
	// Tokens counts all tokens, labels and the end of the line included.
	Tokens int
}

// A Predictor predicts for one goroutine at a time.
type Predictor struct {
	model  *Model
	parser lineParser
	hidden []float32
	output []float32
	best   ranking
	// Of a predictor with a table.
	table   *Table
	worker  *Worker
	answers [2]Answer
}

// NewPredictor returns a predictor with its own scratch memory.
func (m *Model) NewPredictor() *Predictor {
	rows, cols := m.output.shape()
	return &Predictor{
		model:  m,
		parser: lineParser{dict: m.dict},
		hidden: make([]float32, cols),
		output: make([]float32, rows),
	}
}

// Parse returns the features of a text, which is taken as one line: line ends
// in it separate words, and its end is the end of the line.
func (p *Predictor) Parse(text []byte) Line {
	p.parser.reset()
	p.parser.text(text)
	p.parser.end()
	return p.line()
}

func (p *Predictor) line() Line {
	return Line{Features: p.parser.finish(), Labels: p.parser.labels, Tokens: p.parser.tokens}
}

// Predict returns the k most probable labels of a text (see [Predictor.Parse])
// whose probability is at least threshold, best first; k = -1 asks for all. A
// text without a known feature has no prediction.
func (p *Predictor) Predict(text []byte, k int, threshold float32) ([]Prediction, error) {
	best, err := p.rank(p.Parse(text).Features, k, threshold)
	return p.predictions(best), err
}

func (p *Predictor) predictions(best []scored) []Prediction {
	predictions := make([]Prediction, len(best))
	for i, s := range best {
		predictions[i] = Prediction{Label: p.model.dict.label(int(s.label)), Probability: probability(s.score)}
	}
	return predictions
}

// probability is what fastText prints for a score.
func probability(score float32) float32 { return float32(exactExp(float64(score))) }

// rank returns the best labels; the slice is valid until the next call.
func (p *Predictor) rank(features []int32, k int, threshold float32) ([]scored, error) {
	m := p.model
	if m.args.Model != ModelSupervised {
		return nil, ErrNotSupervised
	}
	if len(features) == 0 {
		return nil, nil
	}
	if k < 0 {
		k = len(p.output)
	}
	p.best = ranking{k: k, items: p.best.items[:0]}
	if k == 0 {
		return nil, nil
	}
	m.mean(p.hidden, features)
	if !finite(p.hidden) {
		return nil, ErrNotFinite
	}
	if m.tree != nil {
		if err := p.descend(m.tree.root(), 0, offsetLog(threshold)); err != nil {
			return nil, err
		}
		return p.best.sorted(), nil
	}
	for i := range p.output {
		p.output[i] = m.output.dot(p.hidden, i)
	}
	if !finite(p.output) {
		return nil, ErrNotFinite
	}
	m.probabilities(p.output)
	p.best.fill(p.output, threshold)
	return p.best.sorted(), nil
}

// probabilities turns logits into probabilities.
func (m *Model) probabilities(x []float32) {
	if m.args.Loss != LossSoftmax {
		for i := range x {
			x[i] = m.tables.sigmoid(x[i])
		}
		return
	}
	softmax(x)
}

// softmax turns logits into probabilities as fastText does: the exponentials
// are float64, the sums float32.
func softmax(x []float32) {
	top := x[0]
	for _, v := range x {
		top = max(top, v)
	}
	sum := float32(0)
	for i := range x {
		x[i] = float32(exactExp(float64(x[i] - top)))
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
}

// descend searches the Huffman tree for the best labels below a node that is
// reached with the logarithm score.
func (p *Predictor) descend(node int32, score, least float32) error {
	if score < least || p.best.full(score) {
		return nil
	}
	t := p.model.tree
	n := t.nodes[node]
	if n.left < 0 {
		p.best.add(score, node)
		return nil
	}
	logit := p.model.output.dot(p.hidden, int(node)-t.leafs)
	if !finite([]float32{logit}) {
		return ErrNotFinite
	}
	right := float32(1 / float64(1+float32(exactExp(float64(-logit)))))
	if err := p.descend(n.left, score+offsetLog(float32(1-float64(right))), least); err != nil {
		return err
	}
	return p.descend(n.right, score+offsetLog(right), least)
}

// finite reports whether all numbers are.
func finite(xs []float32) bool {
	sum := float32(0)
	for _, x := range xs {
		sum += x * 0
	}
	return sum == 0
}
