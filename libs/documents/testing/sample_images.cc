#include "libs/documents/testing/sample_images.h"

#include "libs/base/check.h"
#include "libs/documents/handles.h"
#include "libs/documents/pdf.h"
#include "libs/documents/testing/probe.h"

namespace prihvat::documents {

std::string SignaturePng(int width, int height) {
  const Handle<cairo_surface_t> image(
      cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  const Handle<cairo_t> cairo(cairo_create(image.get()));
  cairo_scale(cairo.get(), width / 60.0, height / 20.0);
  cairo_move_to(cairo.get(), 2, 18);
  cairo_curve_to(cairo.get(), 20, -20, 30, 40, 58, 4);
  cairo_stroke(cairo.get());
  std::string png;
  cairo_surface_write_to_png_stream(
      image.get(),
      [](void* out, const unsigned char* data, unsigned int length) {
        static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), length);
        return CAIRO_STATUS_SUCCESS;
      },
      &png);
  return png;
}

std::string SignatureJpeg() {
  const ScratchDir folder;
  const auto pdf = RenderPdf({}, [](PdfWriter& writer) { writer.Rule(kInk, 20); });
  PRIHVAT_CHECK(pdf.ok(), pdf.status().ToString());
  const auto jpeg = RunProgram({"pdftoppm", "-jpeg", "-singlefile", "-scale-to-x", "48",
                                "-scale-to-y", "24", folder.Write("page.pdf", *pdf)});
  PRIHVAT_CHECK(jpeg.ok(), jpeg.status().ToString());
  return *jpeg;
}

}  // namespace prihvat::documents
