document.documentElement.classList.add('scripted');

const theme = (() => { try { return localStorage; } catch { return {}; } })();
if (theme.prodrillTheme) document.documentElement.dataset.theme = theme.prodrillTheme;
document.getElementById('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  try { localStorage.prodrillTheme = root.dataset.theme; } catch { /* a page from a file may have no store */ }
});

function tell(form, right) {
  const told = form.querySelector('output');
  told.textContent = right ? 'Right.' : 'Not right.';
  told.className = right ? 'right' : 'wrong';
  form.classList.add('answered');
  form.querySelector('details').open = true;
}

function check(form) {
  if (form.dataset.kind === 'order') {
    const steps = [...form.querySelectorAll('.steps li')];
    steps.forEach((step, place) => mark(step, Number(step.dataset.place) === place));
    return tell(form, steps.every((step, place) => Number(step.dataset.place) === place));
  }
  const options = [...form.querySelectorAll('.options li')];
  const chosen = (option) => option.querySelector('input').checked;
  if (!options.some(chosen)) return;
  for (const option of options) {
    const right = option.dataset.right === 'true';
    option.classList.remove('is-right', 'is-wrong');
    if (chosen(option) || right) mark(option, right);
  }
  tell(form, options.every((option) => chosen(option) === (option.dataset.right === 'true')));
}

function mark(item, right) {
  item.classList.toggle('is-right', right);
  item.classList.toggle('is-wrong', !right);
}

for (const form of document.querySelectorAll('form.question')) {
  form.addEventListener('submit', (event) => { event.preventDefault(); check(form); });
  form.addEventListener('click', (event) => {
    const way = Number(event.target.dataset?.move);
    if (!way) return;
    const step = event.target.closest('li');
    const other = way < 0 ? step.previousElementSibling : step.nextElementSibling;
    if (other) way < 0 ? other.before(step) : other.after(step);
    event.target.focus();
  });
}
