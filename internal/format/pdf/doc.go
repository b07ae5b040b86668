// Package pdf reads PDF files: it is the only door to PDFium, which runs as a
// WebAssembly module inside the process, without a file system, a network or a
// clock of its own.
//
// A Runtime is the compiled module and is shared. A Reader is one open document
// in one fresh instance of the module with memory of its own, so that documents
// never see each other and closing a Reader gives everything back. A Reader is
// not safe for concurrent use; open several on the same bytes to read pages in
// parallel.
//
// Everything handed out is in page space: points, origin at the top left of the
// crop box, page rotation applied.
package pdf
