//! A cell as it is run: the user's code with text put in, and the way back to the user's positions.

/// The user's code with text put in.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// The code to run; each of its lines holds the user's line of that number.
    pub code: String,
    user: String,
    inserted: Vec<Inserted>,
}

/// Text to put in, and the byte before which it goes.
pub type Insertion = (usize, String);

/// Where text was put in: line and column of the result, from 1, and how many characters.
#[derive(Clone, Debug, PartialEq)]
struct Inserted {
    line: usize,
    column: usize,
    count: usize,
}

impl Edited {
    /// Puts texts into `user`; those for one place in their order.
    ///
    /// A text may hold a line break only after all of the user's code, or what follows would move.
    pub fn new(user: &str, mut insertions: Vec<Insertion>) -> Self {
        insertions.sort_by_key(|(at, _)| *at);
        let mut edited = Self { code: String::new(), user: user.to_owned(), inserted: Vec::new() };
        let mut done = 0;
        for (at, text) in insertions {
            edited.code.push_str(&user[done..at]);
            let line = edited.code.matches('\n').count() + 1;
            let column = edited.code.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            edited.inserted.push(Inserted { line, column, count: text.chars().count() });
            edited.code.push_str(&text);
            done = at;
        }
        edited.code.push_str(&user[done..]);
        edited
    }

    /// The user's own text of a line.
    pub fn user_line(&self, line: usize) -> Option<&str> {
        self.user.lines().nth(line.checked_sub(1)?)
    }

    /// The column of the user's own code at a position of the code that is run.
    pub fn column(&self, line: usize, column: usize) -> usize {
        let before = self.inserted.iter().filter(|it| it.line == line && it.column < column);
        let put_in: usize = before.map(|it| it.count.min(column - it.column)).sum();
        column - put_in
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_lead_back_to_the_users_code() {
        let edited = Edited::new("ab\ncdé f", vec![(5, "<<".into()), (3, "[".into())]);
        assert_eq!(edited.code, "ab\n[cd<<é f");
        assert_eq!(edited.user_line(2), Some("cdé f"));
        let back = |column| edited.column(2, column);
        assert_eq!([2, 3, 6, 7, 8].map(back), [1, 2, 3, 4, 5]);
        assert_eq!(back(5), 3, "within put-in text it is the place behind it");
        assert_eq!(edited.column(1, 2), 2);
    }
}
