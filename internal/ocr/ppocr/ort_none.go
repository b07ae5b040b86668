//go:build !ppocr || !(linux || darwin)

package ppocr

import "context"

// built says that this program cannot open the library.
const built = false

// library and model are what there is without ONNX Runtime: nothing.
type (
	library struct{ version string }
	model   struct{}
)

func open(string) (*library, error) { return nil, ErrNotBuilt }

func (*library) load(string, bool) (*model, error) { return nil, ErrNotBuilt }

func (*model) metadata(string) (string, error) { return "", ErrNotBuilt }

func (*model) run(context.Context, []float32, int, int, func([]float32, []int64) error) error {
	return ErrNotBuilt
}
