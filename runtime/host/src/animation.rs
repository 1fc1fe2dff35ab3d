//! Pictures one after the other, with a button to play them and a slider to look at each.

use crate::table::escape;
use crate::{Bundle, Rich};

/// Frames shown one after the other; made by [`animation`].
#[derive(Clone, Debug, PartialEq)]
pub struct Animation {
    frames: Vec<Bundle>,
    milliseconds: u32,
}

/// An animation of values that can be shown, ten frames a second.
///
/// It is a piece of HTML that needs nothing from a network; elsewhere the first and the last
/// frame's text stand for it.
///
/// ```
/// use candlelab_host::{Bundle, Rich, animation};
/// let frames = (0..3).map(|epoch| Bundle::text(format!("epoch {epoch}")));
/// let text = "3 frames, from\nepoch 0\nto\nepoch 2";
/// assert_eq!(animation(frames).rich().get("text/plain"), Some(text));
/// ```
pub fn animation<F: Rich>(frames: impl IntoIterator<Item = F>) -> Animation {
    let frames = frames.into_iter().map(|frame| frame.rich()).collect();
    Animation { frames, milliseconds: 100 }
}

impl Animation {
    /// Shows each frame for that long.
    pub fn every(mut self, milliseconds: u32) -> Self {
        self.milliseconds = milliseconds;
        self
    }
}

impl Rich for Animation {
    fn rich(&self) -> Bundle {
        let text = |frame: &Bundle| frame.get("text/plain").unwrap_or_default().to_owned();
        let [first, .., last] = self.frames.as_slice() else {
            return self.frames.first().cloned().unwrap_or_else(|| Bundle::text("no frames"));
        };
        let count = self.frames.len();
        Bundle::text(format!("{count} frames, from\n{}\nto\n{}", text(first), text(last)))
            .with("text/html", self.html())
    }
}

/// Shows the frame that the slider stands at.
const SHOW: &str = "var all=this.closest('div').querySelectorAll('figure');\
    for(var i=0;i<all.length;i++)all[i].style.display=i==this.value?'block':'none'";

impl Animation {
    fn html(&self) -> String {
        let figure = |(at, frame): (usize, &Bundle)| {
            let display = if at == 0 { "block" } else { "none" };
            format!("<figure style=\"margin:0;display:{display}\">{}</figure>", picture(frame))
        };
        let figures: String = self.frames.iter().enumerate().map(figure).collect();
        let last = self.frames.len() - 1;
        let play = format!(
            "var s=this.nextElementSibling,b=this;if(b.timer){{clearInterval(b.timer);b.timer=0;\
             b.textContent='play';return}}b.textContent='pause';b.timer=setInterval(function(){{\
             if(!document.contains(b)){{clearInterval(b.timer);return}}\
             s.value=s.value=={last}?0:+s.value+1;s.oninput()}},{})",
            self.milliseconds
        );
        format!(
            "<div>{figures}<button onclick=\"{play}\">play</button>\
             <input type=\"range\" min=\"0\" max=\"{last}\" value=\"0\" style=\"width:300px\" \
             oninput=\"{SHOW}\"></div>"
        )
    }
}

/// A frame's richest picture as HTML.
pub(crate) fn picture(frame: &Bundle) -> String {
    let formats = [
        frame.get("image/svg+xml").map(str::to_owned),
        frame.get("image/png").map(|png| format!("<img src=\"data:image/png;base64,{png}\">")),
        frame.get("text/html").map(str::to_owned),
        frame.get("text/plain").map(|text| format!("<pre>{}</pre>", escape(text))),
    ];
    formats.into_iter().flatten().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_frame_is_seen_at_first() {
        let frames = ["<svg/>", "<svg a/>"].map(|svg| Bundle::text("").with("image/svg+xml", svg));
        let html = animation(frames).every(40).html();
        assert_eq!(html.matches("display:block").count(), 1);
        assert_eq!(html.matches("<svg").count(), 2);
        assert!(html.contains("max=\"1\"") && html.contains(",40)"));
    }

    #[test]
    fn one_frame_is_a_picture_and_none_is_told() {
        assert_eq!(animation([Bundle::text("a")]).rich(), Bundle::text("a"));
        assert_eq!(animation(Vec::<Bundle>::new()).rich(), Bundle::text("no frames"));
    }
}
