//! What has been entered for an answer.

/// Points and a comment.
#[derive(Debug, PartialEq)]
pub struct Form {
    pub points: f64,
    pub comment: String,
}

/// The longest comment, in characters.
const LONGEST: usize = 10_000;

impl Form {
    /// Reads what a browser sends of the form, or says what is wrong with it.
    pub fn read(body: &[u8], max: f64) -> Result<Self, String> {
        let mut form = Self { points: f64::NAN, comment: String::new() };
        for (name, value) in form_urlencoded::parse(body) {
            match &*name {
                "points" => form.points = value.trim().parse().unwrap_or(f64::NAN),
                "comment" => form.comment = value.replace('\r', "").trim().to_owned(),
                _ => {}
            }
        }
        if !(0.0..=max).contains(&form.points) {
            return Err(format!("The points must be a number from 0 to {max}."));
        }
        if form.comment.chars().count() > LONGEST {
            return Err(format!("The comment has more than {LONGEST} characters."));
        }
        Ok(form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_within_their_range() {
        let read = |body: &str| Form::read(body.as_bytes(), 3.0);
        let expected = Form { points: 2.5, comment: "so & so\nnext".into() };
        assert_eq!(read("points=2.5&comment=so+%26+so%0D%0Anext"), Ok(expected));
        for body in ["", "points=", "points=3.1", "points=-1", "points=nan", "points=inf", "x=1"] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
