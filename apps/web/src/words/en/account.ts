export const account = {
  login: {
    title: 'Log in',
    email: 'E-mail',
    password: 'Password',
    submit: 'Log in',
    noAccount: 'No account yet?',
    register: 'Register',
    forgot: 'Forgot the password?',
  },
} as const;
