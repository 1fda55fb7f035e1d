package embedding

import "math"

// pool averages the first count rows of hidden and scales the mean to length 1, as the E5 and MiniLM models
// were trained to be read.
func pool(hidden []float32, count, size int) []float32 {
	sum := make([]float64, size)
	for row := range count {
		for i, value := range hidden[row*size : (row+1)*size] {
			sum[i] += float64(value)
		}
	}
	var square float64
	for _, value := range sum {
		square += value * value
	}
	scale := 1 / max(math.Sqrt(square), 1e-12)
	vector := make([]float32, size)
	for i, value := range sum {
		vector[i] = float32(value * scale)
	}
	return vector
}
